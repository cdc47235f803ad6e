using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;
using Ingest.Testing;

namespace Ingest.Pipeline.Tests.Streams;

public sealed class RoutingTests
{
    [Fact]
    public void The_first_stream_whose_conditions_all_hold_takes_the_event()
    {
        var catalog = Catalog(
            ("both", "{ \"property:type\": \"a\", \"property:site\": \"x\" }"),
            ("type", "{ \"property:type\": [\"a\", \"b\"] }"),
            ("site", "{ \"property:site\": \"x\" }"));

        Assert.Equal("both", Route(catalog, ("type", "a"), ("site", "x")));
        Assert.Equal("type", Route(catalog, ("type", "b"), ("site", "x")));
        Assert.Equal("type", Route(catalog, ("type", "a")));
        Assert.Equal("site", Route(catalog, ("site", "x")));
        Assert.Null(Route(catalog, ("type", "A")));
        Assert.Null(Route(catalog));
    }

    [Fact]
    public void The_default_stream_takes_what_no_other_takes()
    {
        var catalog = Catalog(("typed", "{ \"property:type\": \"a\" }"), ("rest", "{}"));

        Assert.Equal("typed", Route(catalog, ("type", "a")));
        Assert.Equal("rest", Route(catalog, ("type", "b")));
        Assert.Equal("rest", Route(catalog));
    }

    public static TheoryData<object, string> AmqpValues => new()
    {
        { "5", "5" },
        { (byte)5, "5" },
        { (sbyte)-5, "-5" },
        { (short)-5, "-5" },
        { 5u, "5" },
        { long.MinValue, "-9223372036854775808" },
        { ulong.MaxValue, "18446744073709551615" },
        { 0.1, "0.1" },
        { 1.5f, "1.5" },
        { 12.50m, "12.50" },
        { 'c', "c" },
        { true, "true" },
        { false, "false" },
        { new Guid("7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1f0"), "7d4e7b0c-4a8a-4b35-9d51-0e8c3ac2a1f0" },
        { new DateTime(2026, 11, 23, 6, 0, 0, DateTimeKind.Utc), "2026-11-23T06:00:00Z" },
        { new Uri("urn:a:b"), "urn:a:b" },
    };

    [Theory]
    [MemberData(nameof(AmqpValues))]
    public void Property_values_are_compared_as_invariant_text(object value, string text)
    {
        var catalog = Catalog(("one", $"{{ \"property:p\": [\"other\", \"{text}\"] }}"));

        Assert.Equal("one", Route(catalog, ("p", value)));
        Assert.Null(Route(Catalog(("one", "{ \"property:p\": \"something\" }")), ("p", value)));
    }

    [Fact]
    public void A_null_value_matches_nothing()
    {
        var catalog = Catalog(("one", "{ \"property:p\": [\"\", \"null\"] }"));
        Assert.Null(Route(catalog, ("p", null!)));
    }

    [Fact]
    public void System_properties_are_not_application_properties()
    {
        var catalog = Catalog(("system", "{ \"system:iothub-message-source\": \"Telemetry\" }"));
        var annotations = new Dictionary<string, object> { ["iothub-message-source"] = "Telemetry" };

        Assert.Equal("system", catalog.Route(Event() with { SystemProperties = annotations, FromDeviceHub = true })?.Name);
        Assert.Null(catalog.Route(Event() with { Properties = annotations, FromDeviceHub = true }));
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("Application/JSON", true)]
    [InlineData("application/json; charset=utf-8", true)]
    [InlineData("application/jsonl", false)]
    [InlineData("text/csv;header=present", true)]
    [InlineData("text/csv", false)]
    [InlineData(null, false)]
    public void Content_types_are_compared_as_media_types(string? contentType, bool taken)
    {
        var catalog = Catalog(("typed", "{ \"contentType\": [\"application/json\", \"text/csv;header=present\"] }"));
        Assert.Equal(taken, catalog.Route(Event() with { ContentType = contentType }) is not null);
    }

    [Fact]
    public void Partition_keys_are_compared_exactly()
    {
        var catalog = Catalog(("keyed", "{ \"partitionKey\": \"p1\" }"));
        Assert.NotNull(catalog.Route(Event() with { PartitionKey = "p1" }));
        Assert.Null(catalog.Route(Event() with { PartitionKey = "P1" }));
        Assert.Null(catalog.Route(Event()));
    }

    [Fact]
    public void Properties_are_not_touched_unless_a_condition_asks_for_them()
    {
        var spy = new SpyProperties(new Dictionary<string, object>());
        var source = Event() with { Properties = spy, SystemProperties = spy, ContentType = "a/b", PartitionKey = "k" };

        Assert.Equal("one", Catalog(("one", "{}")).Route(in source)?.Name);
        Assert.Equal("two", Catalog(("one", "{ \"contentType\": \"x/y\" }"), ("two", "{ \"partitionKey\": \"k\" }")).Route(in source)?.Name);
        Assert.Equal(0, spy.Reads);
    }

    [Fact]
    public void A_property_that_many_streams_look_at_is_read_once()
    {
        var spy = new SpyProperties(new Dictionary<string, object> { ["type"] = "c" });
        var catalog = Catalog(("one", "{ \"property:type\": \"a\" }"), ("two", "{ \"property:type\": \"b\" }"), ("three", "{ \"property:type\": \"c\" }"));

        Assert.Equal("three", catalog.Route(Event() with { Properties = spy })?.Name);
        Assert.Equal(1, spy.Reads);
    }

    [Fact]
    public void Routing_allocates_nothing()
    {
        var catalog = Catalog(
            ("one", "{ \"property:type\": \"a\", \"property:level\": \"7\" }"),
            ("two", "{ \"system:flag\": \"true\", \"contentType\": \"application/json\" }"),
            ("three", "{ \"property:level\": [\"1\", \"42\"] }"));
        var source = Event() with
        {
            Properties = new Dictionary<string, object> { ["type"] = "a", ["level"] = 42 },
            SystemProperties = new Dictionary<string, object> { ["flag"] = true },
            ContentType = "text/plain; charset=utf-8",
        };
        Assert.Equal("three", catalog.Route(in source)?.Name);

        Measured.Allocates(0, () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                catalog.Route(in source);
            }
        });
    }

    [Fact]
    public void A_miss_says_what_the_event_holds_and_what_the_streams_take()
    {
        var catalog = Catalog(("one", "{ \"property:type\": [\"a\", \"b\"] }"), ("two", "{ \"property:type\": \"c\", \"contentType\": \"text/csv\" }"));
        var source = Event() with { Properties = new Dictionary<string, object> { ["type"] = 17 } };

        Assert.Equal(
            "No stream takes this event. Its property:type is \"17\". Its contentType is absent. "
            + "one: property:type = a | b; two: property:type = c and contentType = text/csv",
            catalog.DescribeMiss(in source));
    }

    [Fact]
    public void A_miss_stays_short_whatever_the_sender_wrote()
    {
        var catalog = Catalog([.. Enumerable.Range(0, 100).Select(i => ($"stream-{i:D3}", $"{{ \"property:type\": \"type-{i}\" }}"))]);
        var detail = catalog.DescribeMiss(Event() with { Properties = new Dictionary<string, object> { ["type"] = new string('x', 100_000) } });

        Assert.Equal(1000, detail.Length);
        Assert.Contains($"Its property:type is \"{new string('x', 80)}…\".", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "{ \"contentType\": \"a\" }", "No event can reach this stream: the default stream \"one\" on line 1 takes all; move the default to the end.")]
    [InlineData("{}", "{}", "There is a default stream already, \"one\" on line 1; give this one a \"when\".")]
    [InlineData("{ \"property:a\": [\"1\", \"2\"] }", "{ \"property:b\": \"x\", \"property:a\": \"2\" }", "No event can reach this stream: \"one\" on line 1 takes all that it would.")]
    public void A_stream_that_nothing_can_reach_is_refused(string first, string second, string message)
    {
        var mistake = Assert.Single(Definitions.MistakesOf(Json(("one", first), ("two", second))));
        Assert.Equal(("/streams/1/when", message), (mistake.Pointer, mistake.Message));
    }

    [Theory]
    [InlineData("{ \"property:a\": \"1\" }", "{ \"property:a\": [\"1\", \"2\"] }")]
    [InlineData("{ \"property:a\": \"1\" }", "{ \"system:a\": \"1\" }")]
    [InlineData("{ \"property:a\": \"1\", \"property:b\": \"1\" }", "{ \"property:a\": \"1\" }")]
    public void A_stream_that_something_can_reach_is_accepted(string first, string second) =>
        Assert.Equal(2, Catalog(("one", first), ("two", second)).Streams.Count);

    private static IncomingEvent Event() => new() { Body = default, SequenceNumber = 0, EnqueuedUnixMs = 0 };

    private static string? Route(StreamCatalog catalog, params (string Name, object Value)[] properties) =>
        catalog.Route(Event() with { Properties = properties.ToDictionary(p => p.Name, p => p.Value) })?.Name;

    private static StreamCatalog Catalog(params (string Name, string When)[] streams) => Definitions.Load(Json(streams));

    private static string Json(params (string Name, string When)[] streams) =>
        $"{{ \"streams\": [ {string.Join(", ", streams.Select(s => $"{{ \"name\": \"{s.Name}\", \"schema\": \"s.json\", \"when\": {s.When} }}"))} ] }}";
}
