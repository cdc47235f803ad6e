using Ingest.Pipeline.Records;
using Ingest.Pipeline.Schemas;
using Ingest.Pipeline.Streams.Configuration;

namespace Ingest.Pipeline.Tests.Streams;

public sealed class EventTimeRulesTests
{
    [Fact]
    public void A_plain_pointer_is_rfc_3339()
    {
        Assert.Equal(new TimeFormat("/createdAt", TimeKind.Rfc3339, null, TimeZoneInfo.Utc, null, null), Read("\"/createdAt\""));
        Assert.Equal("createdAt", Definitions.LoadStream(", \"time\": \"/createdAt\"").Binding.TimeColumn);
    }

    [Theory]
    [InlineData("unix-s", TimeKind.UnixSeconds)]
    [InlineData("unix-ms", TimeKind.UnixMilliseconds)]
    [InlineData("rfc3339", TimeKind.Rfc3339)]
    public void Known_formats_go_by_name(string name, TimeKind kind) =>
        Assert.Equal(
            new TimeFormat("/number", kind, null, TimeZoneInfo.Utc, null, null), Read($"{{ \"at\": \"/number\", \"format\": \"{name}\" }}"));

    [Fact]
    public void A_custom_format_has_a_zone_and_a_window()
    {
        var time = Read("""{ "at": "/stamp", "format": "yyyy/MM/dd HH:mm", "zone": "Europe/Berlin", "maxAge": "7.00:00:00", "maxAhead": "00:05:00" }""");

        Assert.Equal((TimeKind.Custom, "yyyy/MM/dd HH:mm"), (time.Kind, time.Format));
        Assert.Equal("Europe/Berlin", time.Zone.Id);
        Assert.Equal((TimeSpan.FromDays(7), TimeSpan.FromMinutes(5)), (time.MaxAge, time.MaxAhead));
    }

    [Theory]
    [InlineData("yyyyMMdd")]
    [InlineData("dd.MM.yy HH:mm:ss.fff")]
    [InlineData("MM/dd/yyyy hh:mm tt")]
    [InlineData("yyyy-MM-dd'Zulu'HH:mm")]
    [InlineData("yyyy-MM-dd HH:mm:ss zzz")]
    [InlineData("yyyy-MM-dd'T'HH:mm:ssK")]
    public void A_format_with_a_whole_date_is_usable(string format) =>
        Assert.Equal(format, Read($"{{ \"at\": \"/stamp\", \"format\": \"{format}\" }}").Format);

    [Theory]
    [InlineData("\"format\": \"unix_ms\"", "Unknown time format \"unix_ms\". Did you mean \"unix-ms\"?")]
    [InlineData("\"format\": \"HH:mm\"", "\"HH:mm\" is not a usable time format: it must hold year, month and day; write rfc3339, unix-s, unix-ms, or a .NET custom format such as yyyy/MM/dd HH:mm.")]
    [InlineData("\"format\": \"MM/dd HH:mm\"", "\"MM/dd HH:mm\" is not a usable time format: it must hold year, month and day; write rfc3339, unix-s, unix-ms, or a .NET custom format such as yyyy/MM/dd HH:mm.")]
    [InlineData("\"format\": \"yyyy/MM/dd hh:mm\"", "\"yyyy/MM/dd hh:mm\" is not a usable time format: h needs tt; write HH for hours of the day.")]
    [InlineData("\"format\": \"o\"", "\"o\" is not a usable time format: write rfc3339, unix-s, unix-ms, or a .NET custom format such as yyyy/MM/dd HH:mm.")]
    [InlineData("\"format\": \"yyyy/MM/dd zzz\", \"zone\": \"UTC\"", "\"zone\" contradicts the \"format\", which carries an offset of its own.")]
    [InlineData("\"format\": \"yyyyMMdd\", \"zone\": \"Mars/Olympus\"", "This machine knows no time zone \"Mars/Olympus\"; write an IANA name such as \"UTC\" or \"Europe/Berlin\".")]
    [InlineData("\"format\": \"unix-s\", \"zone\": \"UTC\"", "\"zone\" belongs to a custom \"format\": RFC 3339 carries its own offset, and Unix time is UTC.")]
    [InlineData("\"maxAhead\": \"-00:01:00\"", "\"maxAhead\" must be a time span above zero such as \"7.00:00:00\" or \"00:05:00\", not \"-00:01:00\".")]
    [InlineData("\"ahead\": 1", "Unknown key \"ahead\". Known keys: at, format, zone, maxAge, maxAhead.")]
    public void A_broken_time_is_explained(string members, string message) =>
        Assert.Equal(message, Definitions.MistakeIn($", \"time\": {{ \"at\": \"/createdAt\", {members} }}").Message);

    [Theory]
    [InlineData("\"createdAt\"", "The event time must be named by a JSON Pointer such as \"/createdAt\", not \"createdAt\".")]
    [InlineData("{ \"format\": \"unix-s\" }", "\"at\" is missing: it is the JSON Pointer of the event time.")]
    [InlineData("5", "\"time\" must be a JSON Pointer, or an object with \"at\", not the number 5.")]
    public void A_time_without_a_place_is_refused(string time, string message) =>
        Assert.Equal(message, Definitions.MistakeIn($", \"time\": {time}").Message);

    [Theory]
    [InlineData("\"/number\"", "\"/number\" is an integer; add \"format\": \"unix-s\" or \"unix-ms\".")]
    [InlineData("{ \"at\": \"/ratio\", \"format\": \"yyyyMMdd\" }", "\"/ratio\" is a number with fractions; add \"format\": \"unix-s\" or \"unix-ms\".")]
    [InlineData("\"/on\"", "The event time must be a text or a number; \"/on\" is a boolean.")]
    [InlineData("\"/tags\"", "The event time must be a text or a number; \"/tags\" is a list.")]
    [InlineData("\"/createdAd\"", "\"/createdAd\" names no column of the schema. Did you mean \"/createdAt\"?")]
    public void A_value_that_cannot_be_a_time_is_refused_at_the_streams_own_line(string time, string message)
    {
        var mistake = Definitions.MistakeIn($", \"time\": {time}");
        Assert.Equal(("streams.json", message), (mistake.File, mistake.Message));
    }

    [Theory]
    [InlineData("/number", "unix-ms")]
    [InlineData("/ratio", "unix-s")]
    [InlineData("/stamp", "yyyy/MM/dd")]
    public void The_column_of_the_event_time_becomes_a_timestamp(string pointer, string format)
    {
        var stream = Definitions.LoadStream($", \"time\": {{ \"at\": \"{pointer}\", \"format\": \"{format}\" }}");
        Assert.Equal(pointer[1..], stream.Binding.TimeColumn);
        Assert.Equal(ColumnType.Timestamp, stream.Columns.Single(c => c.Name == pointer[1..]).Type);
    }

    private static TimeFormat Read(string time)
    {
        var errors = new ConfigErrors("streams.json");
        var node = ConfigParser.Parse(System.Text.Encoding.UTF8.GetBytes(time), errors)!;
        var parsed = EventTimeParser.Parse(node, errors);
        errors.ThrowIfAny();
        return parsed!.Value.Format;
    }
}
