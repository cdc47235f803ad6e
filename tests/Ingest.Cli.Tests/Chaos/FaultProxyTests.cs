using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ingest.Cli.Chaos.Storage;

namespace Ingest.Cli.Tests.Chaos;

[SuppressMessage("Design", "CA1001", Justification = "xunit disposes through IAsyncLifetime.")]
public sealed class FaultProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StorageFaults faults = new();
    private readonly RecordingService service = new();
    private readonly HttpClient client = new() { Timeout = Patience };
    private FaultProxy proxy = null!;

    public async Task InitializeAsync() => proxy = await FaultProxy.StartAsync(service.Address, faults, TimeProvider.System, default);

    public async Task DisposeAsync()
    {
        client.Dispose();
        await proxy.DisposeAsync();
        await service.DisposeAsync();
    }

    [Fact]
    public async Task Path_query_headers_and_body_pass_as_they_are()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", proxy.Address.Port);
        await socket.GetStream().WriteAsync("PUT /account/lake/a%2Fb%20c'd?comp=block&blockid=QUJD%3D HTTP/1.1\r\nHost: x\r\nx-ms-date: now\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"u8.ToArray());
        using var reader = new StreamReader(socket.GetStream());
        var answer = await reader.ReadToEndAsync().WaitAsync(Patience);

        Assert.StartsWith("HTTP/1.1 201", answer, StringComparison.Ordinal);
        Assert.Contains("x-ms-answer: yes", answer, StringComparison.Ordinal);
        var seen = Assert.Single(service.Requests);
        Assert.StartsWith("PUT /account/lake/a%2Fb%20c'd?comp=block&blockid=QUJD%3D ", seen, StringComparison.Ordinal);
        Assert.Contains("x-ms-date: now", seen, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nhello", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_throttled_request_is_not_carried_out_and_is_told_to_come_again()
    {
        using var on = faults.Begin(RequestFate.Throttled, 1);
        using var answer = await SendAsync();

        Assert.True(answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task A_lost_answer_means_a_request_that_was_carried_out()
    {
        using var on = faults.Begin(RequestFate.AnswerLost, 1);

        await Assert.ThrowsAsync<HttpRequestException>(SendAsync);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task A_lost_request_is_not_carried_out()
    {
        using var on = faults.Begin(RequestFate.RequestLost, 1);

        await Assert.ThrowsAsync<HttpRequestException>(SendAsync);
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task A_late_request_is_carried_out_after_its_client_has_given_up()
    {
        var on = faults.Begin(RequestFate.CarriedOutLater, 1);
        await Assert.ThrowsAsync<HttpRequestException>(SendAsync);
        on.Dispose();
        Assert.Empty(service.Requests);

        await proxy.LateRequestsAsync().WaitAsync(Patience);

        Assert.EndsWith("hello", Assert.Single(service.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_service_answers_nothing_until_the_fault_ends()
    {
        var on = faults.Begin(RequestFate.NeverAnswered, 1);
        var sending = SendAsync();
        await UntilAsync(() => faults.Hit == 1);
        Assert.False(sending.IsCompleted);

        on.Dispose();

        await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        Assert.Empty(service.Requests);
    }

    [Fact]
    public async Task A_service_that_is_down_resets_whoever_connects_and_comes_back()
    {
        using (faults.Begin(RequestFate.Reset, 1))
        {
            await Assert.ThrowsAsync<HttpRequestException>(SendAsync);
        }

        using var answer = await SendAsync();
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task Every_third_request_is_hit_when_every_third_is_asked_for()
    {
        using var on = faults.Begin(RequestFate.Throttled, 3);
        var statuses = new List<bool>();
        for (var i = 0; i < 9; i++)
        {
            using var answer = await SendAsync();
            statuses.Add(answer.IsSuccessStatusCode);
        }

        Assert.Equal([true, true, false, true, true, false, true, true, false], statuses);
        Assert.Equal(3, faults.Hit);
    }

    private Task<HttpResponseMessage> SendAsync() => client.PutAsync(new Uri(proxy.Address, "/account/lake/a"), new StringContent("hello"));

    private static async Task UntilAsync(Func<bool> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(watch.Elapsed < Patience);
            await Task.Delay(10);
        }
    }

    /// <summary>Answers 201 to everything and remembers every byte; takes bodies with a length only.</summary>
    private sealed class RecordingService : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource stopping = new();
        private readonly Task serving;

        public RecordingService()
        {
            listener.Start();
            serving = ServeAsync();
        }

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

        public System.Collections.Concurrent.ConcurrentQueue<string> Requests { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            listener.Dispose();
            await serving;
            stopping.Dispose();
        }

        private async Task ServeAsync()
        {
            while (!stopping.IsCancellationRequested)
            {
                try
                {
                    using var connection = await listener.AcceptTcpClientAsync(stopping.Token);
                    await AnswerAsync(connection.GetStream());
                }
                catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or IOException)
                {
                }
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            var request = new StringBuilder();
            var buffer = new byte[4096];
            while (!IsComplete(request.ToString()))
            {
                var read = await stream.ReadAsync(buffer, stopping.Token);
                if (read == 0)
                {
                    return;
                }

                request.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }

            Requests.Enqueue(request.ToString());
            await stream.WriteAsync("HTTP/1.1 201 Created\r\nx-ms-answer: yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stopping.Token);
        }

        private static bool IsComplete(string request)
        {
            var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            const string header = "Content-Length: ";
            var at = request.IndexOf(header, StringComparison.OrdinalIgnoreCase);
            return end >= 0 && (at < 0 || request.Length - end - 4 >= int.Parse(request[(at + header.Length)..request.IndexOf('\r', at)]));
        }
    }
}
