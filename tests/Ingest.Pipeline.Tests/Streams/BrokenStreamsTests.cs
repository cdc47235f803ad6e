using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Tests.Streams;

public sealed class BrokenStreamsTests
{
    internal const string Nasty = """
        {
          // A file that does nearly everything wrong.
          "stream": [],
          "streams": [
            {
              "name": "Telemetry!",
              "name": "telemetry",
              "when": { "propertee:type": "a", "property:kind": 5, "record:/type": "b", "system:": "x", },
              "formatt": "json",
              "format": "jsn",
              "schema": "s.json",
              "id": "deviceId",
              "key": "/devicId",
              "time": { "at": "/createdAt", "zone": "Mars/Olympus", "maxAge": "soon" },
              "identity": "/deviceId"
            },
            {
              "name": "second",
              "format": "avro",
              "schema": "missing.json",
              "enrich": "devices"
            },
            {
              "name": "second",
              "schema": "s.json",
              "enrich": [
                { "lookup": "device", "on": "/deviceId", "add": { "number": "n", "_site": "site", "site": 1 }, "missing": "nul" },
                { "hash": "/deviceId", "salt": "x" },
                { "lookup": "devices", "on": [ "/deviceId", "/tags" ], "add": { "model": "model" } }
              ],
              "write": {
                "lake": { "compression": "zst", "sort": [ "deviceID", "tags" ] },
                "table": { "name": "T1x", "partitionKey": "a", "rowKey": "b" },
                "latest": { "name": "1st", "partitionKey": "{hash:deviceId:5000}", "rowKey": "{model}-{time:desc}" }
              }
            },
            7
          ],
          "lookups": {
            "devices": { "table": "IngestProgress", "refresh": "2.00:00:00" },
            "x": { "tabel": "Things" }
          }
        }
        """;

    [Fact]
    public void A_broken_streams_json_reports_every_mistake_at_once_with_file_line_and_pointer()
    {
        var mistakes = Definitions.MistakesOf(Nasty);

        string[] expected =
        [
            "streams.json(3): /stream: Unknown key \"stream\". Did you mean \"streams\"?",
            "streams.json(6): /streams/0/name: A stream's name is 3 to 63 characters of a-z, 0-9 and -, not \"Telemetry!\".",
            "streams.json(7): /streams/0/name: The key \"name\" is written twice; the first is on line 6.",
            "streams.json(8): /streams/0/when/propertee:type: Unknown condition \"propertee:type\". Did you mean \"property:type\"?",
            "streams.json(8): /streams/0/when/property:kind: \"property:kind\" must be a text or an array of at least one text, not the number 5.",
            "streams.json(8): /streams/0/when/system:: \"system:\" names no system property; write \"system:NAME\".",
            "streams.json(9): /streams/0/formatt: Unknown key \"formatt\". Did you mean \"format\"?",
            "streams.json(10): /streams/0/format: Unknown format \"jsn\". Did you mean \"json\"?",
            "streams.json(12): /streams/0/id: \"deviceId\" is no JSON Pointer; write one here \"/deviceId\".",
            "streams.json(13): /streams/0/key: \"/devicId\" names no column of the schema. Did you mean \"/deviceId\"?",
            "streams.json(14): /streams/0/time/zone: \"zone\" belongs to a custom \"format\": RFC 3339 carries its own offset, and Unix time is UTC.",
            "streams.json(14): /streams/0/time/maxAge: \"maxAge\" must be a time span above zero such as \"7.00:00:00\" or \"00:05:00\", not \"soon\".",
            "streams.json(20): /streams/1/schema: There is no schema file \"missing.json\" beside streams.json.",
            "streams.json(21): /streams/1/enrich: \"enrich\" must be an array of objects, not the text \"devices\".",
            "streams.json(23): /streams/2: There is a default stream already, \"second\" on line 17; give this one a \"when\".",
            "streams.json(24): /streams/2/name: The stream \"second\" exists already, on line 18.",
            "streams.json(27): /streams/2/enrich/0/lookup: There is no lookup \"device\" under \"lookups\". Did you mean \"devices\"?",
            "streams.json(27): /streams/2/enrich/0/add/number: The column \"number\" cannot be added: the schema has \"number\".",
            "streams.json(27): /streams/2/enrich/0/add/_site: The column \"_site\" cannot be added: names that begin with _ are reserved.",
            "streams.json(27): /streams/2/enrich/0/add/site: The column \"site\" must name a property of the lookup's row, not the number 1.",
            "streams.json(27): /streams/2/enrich/0/missing: \"missing\" is \"null\" or \"quarantine\", not \"nul\". Did you mean \"null\"?",
            "streams.json(28): /streams/2/enrich/1/salt: \"salt\" must name an app setting, as in \"@Setting:PiiSalt\": what stands in this file is no secret.",
            "streams.json(29): /streams/2/enrich/2/on/1: A value to look up by must be a string, an integer or a UUID; \"/tags\" is a list.",
            "streams.json(32): /streams/2/write/lake/compression: Unknown compression \"zst\". Did you mean \"zstd\"?",
            "streams.json(32): /streams/2/write/lake/sort/0: There is no column \"deviceID\". Did you mean \"deviceId\"?",
            "streams.json(32): /streams/2/write/lake/sort/1: Rows cannot be sorted by \"tags\": it is a list.",
            "streams.json(33): /streams/2/write/table: Neither key depends on the record, so all records would share one row; use {column} in \"rowKey\".",
            "streams.json(34): /streams/2/write/latest/name: \"1st\" cannot be a table: a table's name is 3 to 63 letters and digits, a letter first.",
            "streams.json(34): /streams/2/write/latest/partitionKey: The key \"{hash:deviceId:5000}\" has {hash:deviceId:5000}; write {hash:column:NN} with 1 to 1000 buckets.",
            "streams.json(34): /streams/2/write/latest/rowKey: The key \"{model}-{time:desc}\" uses {model}, an enriched column: its value may differ between two attempts and would leave a second row; keys are made of decoded columns.",
            "streams.json(34): /streams/2/write/latest/rowKey: The key \"{model}-{time:desc}\" uses {time:desc}, but the stream names no \"time\".",
            "streams.json(37): /streams/3: A stream must be an object, not the number 7.",
            "streams.json(40): /lookups/devices/table: The table \"IngestProgress\" is reserved; choose another name.",
            "streams.json(40): /lookups/devices/refresh: \"refresh\" must lie between 00:00:01 and 1.00:00:00, and is 2.00:00:00.",
            "streams.json(41): /lookups/x: A lookup's name is 3 to 63 characters of a-z, 0-9 and -, not \"x\".",
            "streams.json(41): /lookups/x: \"table\" is missing: it names the table whose rows are looked up.",
            "streams.json(41): /lookups/x/tabel: Unknown key \"tabel\". Did you mean \"table\"?",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), mistakes.Select(m => m.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(mistakes.Select(m => m.Line).Order(), mistakes.Select(m => m.Line));
    }

    [Theory]
    [InlineData("{\n \"streams\": [\n  { \"name\" \"x\" }\n ] }", 3, "/streams/0")]
    [InlineData("{\n \"streams\": [ {} ]\n} trailing", 3, "")]
    [InlineData("", 1, "")]
    public void A_file_that_is_not_json_is_one_mistake_at_its_place(string json, int line, string pointer)
    {
        var mistake = Assert.Single(Definitions.MistakesOf(json));
        Assert.Equal((line, pointer), (mistake.Line, mistake.Pointer));
        Assert.StartsWith("This is not valid JSON: ", mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "", "streams.json must be an object, not an array.")]
    [InlineData("{}", "", "\"streams\" is missing: it is the array of all streams.")]
    [InlineData("{ \"streams\": [] }", "/streams", "\"streams\" must be an array of at least one stream, not an empty one.")]
    [InlineData("{ \"streams\": {} }", "/streams", "\"streams\" must be an array of at least one stream, not an object.")]
    public void A_file_without_streams_is_refused(string json, string pointer, string message)
    {
        var mistake = Assert.Single(Definitions.MistakesOf(json));
        Assert.Equal((pointer, message), (mistake.Pointer, mistake.Message));
    }

    [Fact]
    public void A_missing_file_is_a_mistake_not_a_crash()
    {
        var folder = Directory.CreateTempSubdirectory("streams-");
        try
        {
            var exception = Assert.Throws<StreamConfigurationException>(
                () => Ingest.Pipeline.Streams.StreamCatalog.Load(Path.Combine(folder.FullName, "streams.json")));
            Assert.Equal("streams.json(1): : There is no such file.", exception.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_mistake_in_a_schema_carries_the_schemas_own_file_and_line_and_is_reported_once()
    {
        var files = new MemoryStreamFiles("""
            {
              "streams": [
                { "name": "one", "when": { "contentType": "a" }, "schema": "broken.json", "id": "/anything" },
                { "name": "two", "schema": "broken.json", "colour": 1 }
              ]
            }
            """).With("broken.json", "{\n  \"type\": \"object\",\n  \"properties\": { \"a\": }\n}");
        var mistakes = Definitions.MistakesOf(files);

        // Two streams share the broken schema, and "/anything" cannot be judged without it.
        Assert.Equal(["streams.json", "broken.json"], mistakes.Select(m => m.File));
        Assert.Equal((4, "/streams/1/colour"), (mistakes[0].Line, mistakes[0].Pointer));
        Assert.Equal(3, mistakes[1].Line);
    }
}
