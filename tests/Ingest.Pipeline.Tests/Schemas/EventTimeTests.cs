using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Tests.Decoding;

namespace Ingest.Pipeline.Tests.Schemas;

public sealed class EventTimeTests
{
    private const string DateTimeSchema = """{"type":"string","format":"date-time"}""";

    [Theory]
    [InlineData("2026-11-23T06:07:08Z", "2026-11-23T06:07:08.000000")]
    [InlineData("2026-11-23t06:07:08.5z", "2026-11-23T06:07:08.500000")]
    [InlineData("2026-11-23T06:07:08.123456789Z", "2026-11-23T06:07:08.123456")]
    [InlineData("2026-11-23T00:30:00+01:00", "2026-11-22T23:30:00.000000")]
    [InlineData("2026-11-23T23:30:00.000001-00:31", "2026-11-24T00:01:00.000001")]
    [InlineData("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000")]
    [InlineData("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000")]
    [InlineData("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999")]
    public void A_date_time_becomes_microseconds_in_utc(string text, string expected) =>
        Assert.Equal(expected, Decoded.Value(DateTimeSchema, $"\"{text}\"")["v"]);

    [Theory]
    [InlineData("2026-11-23 06:07:08Z")]
    [InlineData("2026-11-23T06:07:08")]
    [InlineData("2026-11-23T06:07Z")]
    [InlineData("2026-11-23T06:07:60Z")]
    [InlineData("2016-12-31T23:59:60Z")]
    [InlineData("2026-11-23T24:00:00Z")]
    [InlineData("2026-11-23T06:60:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2025-02-29T00:00:00Z")]
    [InlineData("1900-02-29T00:00:00Z")]
    [InlineData("2026-11-23T06:07:08.Z")]
    [InlineData("2026-11-23T06:07:08.5")]
    [InlineData("2026-11-23T06:07:08+0100")]
    [InlineData("2026-11-23T06:07:08+24:00")]
    [InlineData("2026-11-23T06:07:08Zx")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+00:01")]
    [InlineData("9999-12-31T23:59:59-00:01")]
    [InlineData("+026-11-23T06:07:08Z")]
    [InlineData("2026-13-45T99:00:00Z")]
    public void What_rfc_3339_does_not_allow_is_refused(string text) =>
        Assert.Equal(FaultCode.Schema, Decoded.Value(DateTimeSchema, $"\"{text}\"").Fault.Code);

    [Theory]
    [InlineData("2026-02-28", true)]
    [InlineData("2024-02-29", true)]
    [InlineData("2026-02-29", false)]
    [InlineData("2026-2-28", false)]
    [InlineData("20260228", false)]
    [InlineData("2026-00-10", false)]
    public void A_date_is_a_day_of_the_calendar(string text, bool isDay)
    {
        var decoded = Decoded.Value("""{"type":"string","format":"date"}""", $"\"{text}\"");
        Assert.Equal(isDay ? 1 : 0, decoded.Batch.RowCount);
        if (isDay)
        {
            Assert.Equal(text, decoded["v"]);
        }
    }

    [Fact]
    public void A_date_time_may_be_written_with_escapes() =>
        Assert.Equal("2026-11-23T06:07:08.000000", Decoded.Value(DateTimeSchema, "\"\\u0032026-11-23T06:07:08\\u005a\"")["v"]);

    [Fact]
    public void A_uuid_keeps_its_bytes_in_the_order_of_its_text() =>
        Assert.Equal("123e4567-e89b-12d3-a456-426614174000", Decoded.Value("""{"type":"string","format":"uuid"}""", "\"123E4567-E89B-12D3-A456-426614174000\"")["v"]);

    [Theory]
    [InlineData("yyyy/MM/dd HH:mm", "UTC", "2001/01/01 00:47", "2001-01-01T00:47:00.000000")]
    [InlineData("yyyy/MM/dd HH:mm", "Europe/Berlin", "2001/07/01 00:47", "2001-06-30T22:47:00.000000")]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss.fff", "UTC", "2001-01-01T00:47:01.250", "2001-01-01T00:47:01.250000")]
    [InlineData("yyyyMMddHHmmss", "America/New_York", "20010101004701", "2001-01-01T05:47:01.000000")]
    [InlineData("dd.MM.yyyy HH:mm zzz", "UTC", "01.02.2001 00:47 +02:00", "2001-01-31T22:47:00.000000")]
    [InlineData("M/d/yyyy h:mm tt", "UTC", "2/1/2001 1:47 PM", "2001-02-01T13:47:00.000000")]
    [InlineData("dd MMM yyyy", "UTC", "01 Feb 2001", "2001-02-01T00:00:00.000000")]
    public void A_custom_time_is_read_in_its_zone(string format, string zone, string text, string expected)
    {
        var time = new TimeFormat("/t", TimeKind.Custom, format, TimeZoneInfo.FindSystemTimeZoneById(zone), null, null);
        Assert.Equal(expected, Decoded.One("""{"properties":{"t":{"type":"string"}}}""", $$"""{"t":"{{text}}"}""", time)["t"]);
    }

    [Theory]
    [InlineData("2001/13/01 00:47")]
    [InlineData("2001/01/01 24:47")]
    [InlineData("2001/01/01 00:47 ")]
    [InlineData("2001-01-01 00:47")]
    [InlineData("")]
    [InlineData("2026/03/29 02:30")]
    public void A_custom_time_that_does_not_exist_or_fit_is_refused(string text)
    {
        var time = new TimeFormat("/t", TimeKind.Custom, "yyyy/MM/dd HH:mm", TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), null, null);
        var fault = Decoded.One("""{"properties":{"t":{"type":"string"}}}""", $$"""{"t":"{{text}}"}""", time).Fault;
        Assert.Equal((FaultCode.Schema, "/t"), (fault.Code, fault.Path));
    }

    [Theory]
    [InlineData("HH:mm")]
    [InlineData("yyyy")]
    [InlineData("yyyy-MM-dd \\")]
    [InlineData("")]
    public void A_custom_format_that_does_not_name_a_day_is_reported_at_start_up(string format)
    {
        var time = new TimeFormat("/t", TimeKind.Custom, format, TimeZoneInfo.Utc, null, null);
        Assert.Contains(Compiled.Errors("""{"properties":{"t":{"type":"string"}}}""", time), e => e.Message.Contains("date and time format", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TimeKind.UnixSeconds, "1700000000", "2023-11-14T22:13:20.000000")]
    [InlineData(TimeKind.UnixSeconds, "1700000000.1234567", "2023-11-14T22:13:20.123456")]
    [InlineData(TimeKind.UnixSeconds, "17e8", "2023-11-14T22:13:20.000000")]
    [InlineData(TimeKind.UnixMilliseconds, "1700000000123", "2023-11-14T22:13:20.123000")]
    [InlineData(TimeKind.UnixMilliseconds, "-1", "1969-12-31T23:59:59.999000")]
    [InlineData(TimeKind.UnixMilliseconds, "\"1700000000123\"", "2023-11-14T22:13:20.123000")]
    public void Unix_time_is_exact(TimeKind kind, string json, string expected)
    {
        var time = new TimeFormat("/t", kind, null, TimeZoneInfo.Utc, null, null);
        Assert.Equal(expected, Decoded.One("""{"properties":{"t":{"type":["number","string"]}}}""", $$"""{"t":{{json}} }""", time)["t"]);
    }

    [Theory]
    [InlineData(TimeKind.UnixSeconds, "1e18")]
    [InlineData(TimeKind.UnixSeconds, "\"soon\"")]
    [InlineData(TimeKind.UnixSeconds, "\"\"")]
    [InlineData(TimeKind.Rfc3339, "1700000000")]
    [InlineData(TimeKind.Rfc3339, "\"2026-11-23\"")]
    public void A_time_in_another_notation_is_refused(TimeKind kind, string json)
    {
        var time = new TimeFormat("/t", kind, null, TimeZoneInfo.Utc, null, null);
        Assert.Equal(FaultCode.Schema, Decoded.One("""{"properties":{"t":{"type":["number","string"]}}}""", $$"""{"t":{{json}} }""", time).Fault.Code);
    }

    [Theory]
    [InlineData(-3600, true)]
    [InlineData(-3601, false)]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public void A_time_far_from_the_enqueued_time_is_out_of_range(int secondsAhead, bool isAccepted)
    {
        var time = new TimeFormat("/t", TimeKind.UnixSeconds, null, TimeZoneInfo.Utc, TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        var decoded = Decoded.One("""{"properties":{"t":{"type":"integer"}}}""", $$"""{"t":{{(Decoded.EnqueuedUnixMs / 1000) + secondsAhead}} }""", time);
        Assert.Equal(isAccepted ? 1 : 0, decoded.Batch.RowCount);
        if (!isAccepted)
        {
            Assert.Equal((FaultCode.OutOfTimeRange, "/t"), (decoded.Fault.Code, decoded.Fault.Path));
        }
    }

    [Theory]
    [InlineData("""{"type":"string"}""", "\"a-1\"", "a-1")]
    [InlineData("""{"type":["string","null"]}""", "null", null)]
    [InlineData("""{"type":"integer"}""", "-42", "-42")]
    [InlineData("""{"type":"string","format":"uuid"}""", "\"123E4567-E89B-12D3-A456-426614174000\"", "123e4567-e89b-12d3-a456-426614174000")]
    public void The_id_is_the_value_that_the_stream_names(string schema, string json, string? expected)
    {
        var decoded = Decoded.One($$"""{"properties":{"id":{{schema}} } }""", $$"""{"id":{{json}} }""", id: "/id");
        Assert.Equal(1, decoded.Batch.RowCount);
        Assert.Equal(expected, decoded.Batch.Id.IsNull(0) ? null : System.Text.Encoding.UTF8.GetString(decoded.Batch.Id[0]));
    }

    [Fact]
    public void A_record_without_its_id_has_none() =>
        Assert.True(Decoded.One("""{"properties":{"id":{"type":"string"}}}""", "{}", id: "/id").Batch.Id.IsNull(0));
}
