using System.Net;
using System.Net.Http.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.LocalWorker.Tests.Http;

public sealed class HttpTriggerTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient client = new();
    private LocalApp app = null!;

    public async Task InitializeAsync()
    {
        app = await LocalApp.StartAsync([typeof(HttpFunctions)]);
        client.BaseAddress = app.HttpAddress;
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task A_request_reaches_its_function_whole_and_the_answer_comes_back_whole()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/echo/7?name=a%20b&x=1") { Content = JsonContent.Create(new { text = "hällo" }) };
        request.Headers.Add("X-Sent", ["one", "two"]);

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(["one, two"], response.Headers.GetValues("X-Seen"));
        var echo = await response.Content.ReadFromJsonAsync<Echo>(System.Text.Json.JsonSerializerOptions.Default);
        Assert.Equal(new Echo("POST", "7", "a b", "hällo", $"{client.BaseAddress}api/echo/7?name=a%20b&x=1"), echo);
    }

    [Fact]
    public async Task Text_and_status_are_sent_as_written()
    {
        using var response = await client.GetAsync(new Uri("/api/Plain", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("plain", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", "/api/echo/7", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/api/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/Plain", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/api/Plain", HttpStatusCode.OK)]
    [InlineData("GET", "/api/Broken", HttpStatusCode.InternalServerError)]
    [InlineData("GET", "/api/Silent", HttpStatusCode.NoContent)]
    public async Task Route_method_and_outcome_decide_the_status(string method, string path, HttpStatusCode status)
    {
        using var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task The_route_prefix_of_host_json_holds()
    {
        await using var other = await LocalApp.StartAsync([typeof(HttpFunctions)], hostJson: """{ "extensions": { "http": { "routePrefix": "" } } }""");

        Assert.Equal("plain", await client.GetStringAsync(new Uri(other.HttpAddress, "/Plain")));
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_sentence()
    {
        var refusal = await Assert.ThrowsAsync<LocalWorker.Settings.FunctionSetupException>(() => LocalApp.StartAsync(
            [typeof(HttpFunctions)], new Dictionary<string, string?> { ["FUNCTIONS_HTTP_PORT"] = $"{app.HttpAddress.Port}" }));

        Assert.Contains("FUNCTIONS_HTTP_PORT", refusal.Message);
    }

    public sealed record Echo(string Method, string Id, string Name, string Text, string Url);

    public sealed record Sent(string Text);
}

public sealed class HttpFunctions
{
    [Function("Echo")]
    public async Task<HttpResponseData> EchoAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "echo/{id}")] HttpRequestData request, FunctionContext context)
    {
        var sent = await request.ReadFromJsonAsync<HttpTriggerTests.Sent>(context.CancellationToken);
        var response = request.CreateResponse(HttpStatusCode.Accepted);
        response.Headers.Add("X-Seen", string.Join(", ", request.Headers.GetValues("X-Sent")));
        await response.WriteAsJsonAsync(new HttpTriggerTests.Echo(
            request.Method, (string)context.BindingContext.BindingData["ID"]!, request.Query["name"]!, sent!.Text, request.Url.AbsoluteUri));
        return response;
    }

    [Function("Plain")]
    public async Task<HttpResponseData> PlainAsync([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequestData request)
    {
        var response = request.CreateResponse();
        await response.WriteStringAsync("plain");
        return response;
    }

    [Function("Broken")]
    public Task<HttpResponseData> BrokenAsync([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequestData request) =>
        throw new InvalidOperationException(request.Method);

    [Function("Silent")]
    public Task SilentAsync([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequestData request) => Task.Delay(request.Method.Length - request.Method.Length);
}
