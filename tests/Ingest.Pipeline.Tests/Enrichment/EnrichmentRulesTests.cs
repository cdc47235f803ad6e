using Contoso.Enrichers;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Streams;

namespace Ingest.Pipeline.Tests.Enrichment;

public sealed class EnrichmentRulesTests
{
    [Theory]
    [InlineData("""{ "add": "deviceId", "value": 1 }""", "add", "The column \"deviceId\" cannot be added: the schema has \"deviceId\".")]
    [InlineData("""{ "add": "a" }""", "", "\"value\" is missing: it is what every row gets; a threshold has \"when\" and \"above\" or \"below\".")]
    [InlineData("""{ "add": "a", "value": null }""", "value", "\"value\" must be a text, a number, true or false, not null.")]
    [InlineData("""{ "add": "a", "value": [1] }""", "value", "\"value\" must be a text, a number, true or false, not an array.")]
    [InlineData("""{ "add": "a", "value": 1e999 }""", "value", "1e999 is beyond what a number can hold.")]
    [InlineData("""{ "add": "a", "value": "@Setting:" }""", "value", "\"@Setting:\" names no app setting; write \"@Setting:NAME\".")]
    [InlineData("""{ "add": "a", "value": 1, "vlaue": 2 }""", "vlaue", "Unknown key \"vlaue\". Did you mean \"value\"?")]
    [InlineData("""{ "add": "a", "when": "/temperature" }""", "", "A threshold needs \"above\", \"below\" or both.")]
    [InlineData("""{ "add": "a", "above": 1 }""", "", "\"when\" is missing: it names the value to compare.")]
    [InlineData("""{ "add": "a", "when": "/temprature", "above": 1 }""", "when", "\"/temprature\" names no column of the schema. Did you mean \"/temperature\"?")]
    [InlineData("""{ "add": "a", "when": "/deviceId", "above": 1 }""", "when", "A threshold compares numbers; \"/deviceId\" is a string.")]
    [InlineData("""{ "add": "a", "when": "/temperature", "above": "80" }""", "above", "\"above\" must be a number, not the text \"80\".")]
    [InlineData("""{ "add": "a", "when": "/temperature", "above": 20, "below": 10 }""", "above", "No value is above the one and below the other: both together mean between. For what lies outside, add one column for each.")]
    [InlineData("""{ "copy": "property:tenant" }""", "", "\"as\" is missing: it names the new column.")]
    [InlineData("""{ "copy": "propery:tenant", "as": "t" }""", "copy", "\"propery:tenant\" cannot be copied: it is none of property:NAME, system:NAME, contentType, partitionKey. Did you mean \"property\"?")]
    [InlineData("""{ "copy": "/deviceId", "as": "t" }""", "copy", "\"/deviceId\" cannot be copied: it is none of property:NAME, system:NAME, contentType, partitionKey. A value of the record has its column already.")]
    [InlineData("""{ "hash": "/deviceId" }""", "", "\"salt\" is missing: it names the app setting of the key, \"@Setting:NAME\".")]
    [InlineData("""{ "hash": "/deviceId", "salt": "secret" }""", "salt", "\"salt\" must name an app setting, as in \"@Setting:PiiSalt\": what stands in this file is no secret.")]
    [InlineData("""{ "hash": "/number", "salt": "@Setting:PiiSalt" }""", "hash", "\"/number\" is an integer and a hash is a text: name a new column with \"as\", and drop the value after that.")]
    [InlineData("""{ "hash": "/open", "salt": "@Setting:PiiSalt" }""", "hash", "Only a string, an integer or a UUID can be hashed; \"/open\" is open-ended JSON.")]
    [InlineData("""{ "hash": "/owner/emial", "salt": "@Setting:PiiSalt" }""", "hash", "\"/owner/emial\" names no column of the schema. Did you mean \"/owner/email\"?")]
    [InlineData("""{ "drop": "deviceId" }""", "drop", "\"deviceId\" is no JSON Pointer; write one such as \"/owner/phone\".")]
    [InlineData("""{ "drop": "/owner/emial" }""", "drop", "\"/owner/emial\" names nothing that the schema lets through. Did you mean \"/owner/email\"?")]
    [InlineData("""{ "drop": "/at/x" }""", "drop", "\"/at/x\" holds nothing: \"/at\" is a time.")]
    [InlineData("""{ "redact": "/owner/age" }""", "redact", "Only text can be redacted; the column \"owner.age\" is an integer. Drop it instead.")]
    [InlineData("""{ "redact": "/tags" }""", "redact", "Only text can be redacted; the column \"tags\" is a list. Drop it instead.")]
    [InlineData("""{ "use": "geo" }""", "", "\"add\" is missing: it maps each column that the enricher fills to its type.")]
    [InlineData("""{ "use": "geo", "add": { "country": "text" } }""", "add/country", "The type of the column \"country\" is string, integer, number, boolean, date-time, date, uuid, json, not the text \"text\".")]
    [InlineData("""{ "dorp": "/deviceId" }""", "", "This is no enrichment: it has none of lookup, use, hash, drop, redact, copy, add. Did you mean \"drop\"?")]
    public void A_broken_step_is_explained_where_it_stands(string step, string at, string message)
    {
        var mistake = Assert.Single(MistakesOf($", \"enrich\": [ {step} ]"));

        Assert.Equal(message, mistake.Message);
        Assert.Equal($"/streams/0/enrich/0{(at.Length == 0 ? "" : "/" + at)}", mistake.Pointer);
        Assert.Equal(1, mistake.Line);
    }

    [Theory]
    [InlineData("", "{ \"drop\": \"/deviceId\" }, { \"hash\": \"/deviceId\", \"salt\": \"@Setting:PiiSalt\" }", "\"/deviceId\" cannot be used here: the \"drop\" on line 1 has taken its value away; put this step before it.")]
    [InlineData("", "{ \"redact\": \"/deviceId\" }, { \"hash\": \"/deviceId\", \"salt\": \"@Setting:PiiSalt\" }", "\"/deviceId\" cannot be used here: the \"redact\" on line 1 has taken its value away; put this step before it.")]
    [InlineData(", \"id\": \"/deviceId\"", "{ \"drop\": \"/deviceId\" }", "The column \"deviceId\" is the record's id: it is written as _id as well; hash it instead, or name another \"id\".")]
    [InlineData(", \"time\": \"/at\"", "{ \"drop\": \"/at\" }", "The column \"at\" is the record's event time: tables and their order need it.")]
    [InlineData(", \"write\": { \"lake\": { \"sort\": \"number\" } }", "{ \"drop\": \"/number\" }", "The column \"number\" is not written: the \"drop\" on line 1 has taken its value away.")]
    [InlineData(", \"write\": { \"latest\": { \"name\": \"Abc\", \"partitionKey\": \"a\", \"rowKey\": \"{number}\" } }", "{ \"drop\": \"/number\" }", "The key \"{number}\" uses {number}, but the \"drop\" on line 1 has taken its value away.")]
    [InlineData(", \"key\": \"/number\", \"write\": { \"latest\": { \"name\": \"Abc\", \"partitionKey\": \"a\", \"rowKey\": \"{key}\" } }", "{ \"drop\": \"/number\" }", "The key \"{key}\" uses {key}, the column \"number\", but the \"drop\" on line 1 has taken its value away.")]
    public void What_is_gone_cannot_be_used_and_what_is_needed_cannot_go(string members, string steps, string message) =>
        Assert.Equal(message, Assert.Single(MistakesOf($"{members}, \"enrich\": [ {steps} ]")).Message);

    [Fact]
    public void What_is_missing_at_start_is_reported_all_at_once_with_its_place()
    {
        var catalog = StreamCatalog.Load(Enriched.Files(
            """
            , "enrich": [
              { "hash": "/deviceId", "salt": "@Setting:NoSuchSalt" },
              { "hash": "/owner/email", "salt": "@Setting:Vault" },
              { "add": "region", "value": "@Setting:NoSuchRegion" },
              { "use": "heat-idnex", "add": { "felt": "number" } } ]
            """));
        var failure = Assert.Throws<StreamConfigurationException>(() => new StreamEnrichers(
            catalog, null, name => name == "Vault" ? "@Microsoft.KeyVault(VaultName=v;SecretName=s)" : null, [new HeatIndex()]));

        Assert.Equal(
            [
                "streams.json(2): /streams/0/enrich/0: The app setting \"NoSuchSalt\" is not set.",
                "streams.json(3): /streams/0/enrich/1: The app setting \"Vault\" holds a reference that was not resolved; see its status under the function app's environment variables.",
                "streams.json(4): /streams/0/enrich/2: The app setting \"NoSuchRegion\" is not set.",
                "streams.json(5): /streams/0/enrich/3: No enricher \"heat-idnex\" is registered. Did you mean \"heat-index\"?",
            ],
            failure.Errors.Select(e => e.ToString()));
    }

    private static IReadOnlyList<ConfigurationError> MistakesOf(string members) =>
        Assert.Throws<StreamConfigurationException>(() => StreamCatalog.Load(Enriched.Files(members))).Errors;
}
