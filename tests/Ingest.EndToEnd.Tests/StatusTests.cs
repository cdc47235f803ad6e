using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ingest.Emulator;
using Ingest.Testing;
using Ingest.Testing.Node;

namespace Ingest.EndToEnd.Tests;

/// <summary><c>/api/status</c> and <c>/api/health</c> of the running app, over HTTP.</summary>
public sealed partial class StatusTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Status_and_health_say_over_http_what_stores_and_hubs_know()
    {
        await using var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1), new HubOptions("devices", 1)] });
        using var streams = new DocumentedStreams("iot-hub.md");
        await using var app = FunctionAppProcess.Start(AppSettings.Of(emulator, azurite, streams.File));
        await new NodeScript(Repository.PathOf("tests", "Ingest.EndToEnd.Tests", "js", "devices.js")).RunAsync<Dictionary<string, int>>(new Dictionary<string, string>
        {
            ["CONNECTION_STRING"] = emulator.ConnectionString, ["DEVICE_HUB"] = "devices", ["TELEMETRY_HUB"] = "telemetry",
        });
        using var http = new HttpClient();
        JsonElement status = default;
        await app.WaitUntilAsync(
            async () => AddressOf("Status", app.Log) is { } address
                && (status = await GetAsync(http, address)).GetProperty("partitions").EnumerateArray().Count(p => p.GetProperty("durable").ValueKind == JsonValueKind.Number && p.GetProperty("lagEvents").GetInt64() == 0) == 2,
            Limit);

        Assert.Empty(status.GetProperty("problems").EnumerateArray());
        Assert.Equal(["devices/0", "telemetry/0"], status.GetProperty("partitions").EnumerateArray().Select(p => $"{p.GetProperty("hub")}/{p.GetProperty("partition")}"));
        Assert.Contains("telemetry", status.GetProperty("streams").EnumerateArray().Select(s => s.GetProperty("name").GetString()));
        Assert.Equal(0, status.GetProperty("held").GetInt32());
        Assert.StartsWith("0.1.0", status.GetProperty("version").GetString(), StringComparison.Ordinal);
        var totals = status.GetProperty("partitions").EnumerateArray().Select(p => p.GetProperty("totals")).ToList();
        Assert.Equal(5, totals.Sum(t => t.GetProperty("written").GetInt64()));
        Assert.Equal(3, totals.Sum(t => t.GetProperty("quarantined").GetInt64()));

        var health = await GetAsync(http, AddressOf("Health", app.Log)!);
        Assert.Equal("ok", health.GetProperty("status").GetString());

        // Health needs neither hub nor storage.
        await emulator.DisposeAsync();
        Assert.Equal("ok", (await GetAsync(http, AddressOf("Health", app.Log)!)).GetProperty("status").GetString());
        using var post = await http.PostAsync(AddressOf("Health", app.Log), null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task Status_names_what_it_could_not_ask()
    {
        // Nobody listens there.
        var emulator = await EventHubsEmulator.StartAsync(new EmulatorOptions { Hubs = [new HubOptions("telemetry", 1), new HubOptions("devices", 1)] });
        var settings = AppSettings.Of(emulator, azurite, "streams.json");
        await emulator.DisposeAsync();
        await using var app = FunctionAppProcess.Start(settings);
        using var http = new HttpClient { Timeout = Limit };
        await app.WaitUntilAsync(() => Task.FromResult(AddressOf("Status", app.Log) is not null), Limit);

        var status = await GetAsync(http, AddressOf("Status", app.Log)!);

        Assert.Equal(["hub devices", "hub telemetry"], status.GetProperty("problems").EnumerateArray().Select(p => p.GetString()!.Split(':')[0]));
        Assert.Empty(status.GetProperty("partitions").EnumerateArray());
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string address)
    {
        using var response = await http.GetAsync(address);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    // The local worker prints where each function listens.
    private static string? AddressOf(string function, string log) => Listening().Matches(log).FirstOrDefault(m => m.Groups["name"].Value == function)?.Groups["url"].Value;

    [GeneratedRegex(@"^(?<name>\w+): \[GET\] (?<url>http://\S+)", RegexOptions.Multiline)]
    private static partial Regex Listening();
}
