using System.Text;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Ingest.Storage.Tables;

/// <summary>
/// The Table service by hand-written requests, for what is sent thousands of times a second, over the same connections, turns
/// and retries as the SDK's clients. Thread-safe.
/// </summary>
internal sealed class TableService
{
    private const string ServiceVersion = "2019-02-02";

    private readonly HttpPipeline pipeline;
    private readonly string endpoint;
    private readonly Uri transactions;

    /// <param name="options">With transport, retries and throttling.</param>
    public TableService(TableAccess access, ClientOptions options)
    {
        // Inside the throttling, which shall see a busy answer, and outside the SDK's time-out.
        options.AddPolicy(new TransactionAnswerPolicy(), HttpPipelinePosition.PerRetry);
        pipeline = HttpPipelineBuilder.Build(options, [], [access.Authentication], new TransactionClassifier());
        endpoint = access.Endpoint;
        transactions = new Uri(endpoint + "/$batch");
    }

    public TransactionTarget TargetOf(string table, ReadOnlySpan<byte> partitionKey) => new(endpoint, table, partitionKey);

    /// <summary>Sends a transaction. What the service refuses is an answer; that it is unavailable, an exception.</summary>
    /// <exception cref="RequestFailedException">The service is unavailable, after all retries.</exception>
    public async Task<TransactionAnswer> SendAsync(TransactionBody body, bool wantsETags, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage();
        var exchange = new TransactionExchange(body.Operations, wantsETags);
        message.SetProperty(typeof(TransactionExchange), exchange);
        message.BufferResponse = false;
        var request = message.Request;
        request.Method = RequestMethod.Post;
        request.Uri.Reset(transactions);
        AddHeaders(request);
        request.Headers.SetValue("Accept", "application/json");
        request.Headers.SetValue("Content-Type", TransactionBody.ContentType);
        request.Content = body;
        await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var answer = exchange.Answer ?? new(message.Response.Status, "", null, []);
        return answer.Status is 408 or 429 or >= 500 ? throw Unavailable(answer) : answer;
    }

    /// <summary>The row's ETag and order; null where there is no such row, or no such table.</summary>
    /// <exception cref="RequestFailedException">Anything but 200 and 404.</exception>
    public async Task<KnownRow?> ReadOrderAsync(string table, string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage();
        var request = message.Request;
        request.Method = RequestMethod.Get;
        request.Uri.Reset(AddressOf(table, partitionKey, rowKey));
        AddHeaders(request);
        request.Headers.SetValue("Accept", "application/json;odata=minimalmetadata");
        await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        var response = message.Response;
        return response.Status switch
        {
            200 => new KnownRow(response.Headers.ETag?.ToString("H"), RecordOrder.Parse(response.Content.ToMemory().Span)),
            404 => null,
            _ => throw new RequestFailedException(response),
        };
    }

    /// <summary>What to throw where the service refuses a transaction for a reason that lies in no row.</summary>
    public static RequestFailedException Unavailable(TransactionAnswer answer) => new(
        answer.Status, $"Table Storage refused a transaction: {answer.Status} {answer.Code}.", answer.Code, null);

    private static void AddHeaders(Request request)
    {
        request.Headers.SetValue("x-ms-version", ServiceVersion);
        request.Headers.SetValue("DataServiceVersion", "3.0");
    }

    private Uri AddressOf(string table, string partitionKey, string rowKey)
    {
        using var text = new Utf8Buffer(512);
        text.Write(Encoding.ASCII.GetBytes($"{endpoint}/{table}(PartitionKey='"));
        TransactionTarget.WriteUriText(text, Encoding.UTF8.GetBytes(partitionKey));
        text.Write("',RowKey='"u8);
        TransactionTarget.WriteUriText(text, Encoding.UTF8.GetBytes(rowKey));
        text.Write(Encoding.ASCII.GetBytes($"')?$select={string.Join(',', RecordOrder.Properties)}"));
        return new Uri(Encoding.ASCII.GetString(text.Written));
    }
}

/// <summary>What every client's options have; the service version is set by hand.</summary>
internal sealed class TableServiceOptions : ClientOptions;
