using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Ingest.Storage.Tables;

/// <summary>How a transaction's answer is wanted; a property of the message, which then holds the answer too.</summary>
internal sealed class TransactionExchange(int operations, bool wantsETags)
{
    public int Operations => operations;

    public bool WantsETags => wantsETags;

    public TransactionAnswer? Answer { get; set; }
}

/// <summary>A service that is busy, as its answer inside a successful answer says.</summary>
internal sealed class TransactionBusyException(TransactionAnswer answer) : RequestFailedException(
    answer.Status, $"Table Storage could not do the transaction now: {answer.Status} {answer.Code}.", answer.Code, null);

/// <summary>
/// Reads the answer of a transaction from the wire into a pooled buffer. The service answers 202 and says inside that it was
/// busy; as an exception that reaches the throttling and the retries, which stand outside.
/// </summary>
internal sealed class TransactionAnswerPolicy : HttpPipelinePolicy
{
    private const int Accepted = 202;

    // The product sends nothing synchronously; the SDK only wants the method to be there and to work.
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        ProcessAsync(message, pipeline).AsTask().GetAwaiter().GetResult();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        if (!message.TryGetProperty(typeof(TransactionExchange), out var property) || property is not TransactionExchange exchange
            || message.Response.ContentStream is not { } content)
        {
            return;
        }

        using var body = new Utf8Buffer(32 * 1024);
        int read;
        do
        {
            read = await content.ReadAsync(body.RoomMemory(4096), message.CancellationToken).ConfigureAwait(false);
            body.Advance(read);
        }
        while (read > 0);

        await content.DisposeAsync().ConfigureAwait(false);
        if (message.Response.Status != Accepted)
        {
            exchange.Answer = TransactionAnswer.Failure(message.Response.Status, body.Written);
            return;
        }

        exchange.Answer = TransactionAnswer.Parse(body.Written, exchange.Operations, exchange.WantsETags)
            ?? throw new IOException("The answer to a table transaction ends before its last operation.");
        if (exchange.Answer.Status is 408 or 429 or >= 500)
        {
            throw new TransactionBusyException(exchange.Answer);
        }
    }
}

/// <summary>The SDK's classification of what may be retried, and a transaction that met a busy service.</summary>
internal sealed class TransactionClassifier : ResponseClassifier
{
    public override bool IsRetriableException(Exception exception) => exception is TransactionBusyException || base.IsRetriableException(exception);
}
