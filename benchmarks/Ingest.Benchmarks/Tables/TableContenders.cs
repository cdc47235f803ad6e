using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Pipeline.Streams;
using Ingest.Storage;
using Ingest.Storage.Tables;
using Ingest.Storage.Throttling;

namespace Ingest.Benchmarks.Tables;

/// <summary>
/// Takes a request's body and answers at once, in process: what is left is what a client costs. Transactions have 100 operations.
/// </summary>
internal sealed class InstantService : HttpMessageHandler
{
    public const int Operations = 100;

    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_1\r\n\r\n"
        + string.Concat(Enumerable.Repeat(
            "--changesetresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 204 No Content\r\n"
            + "X-Content-Type-Options: nosniff\r\nCache-Control: no-cache\r\nPreference-Applied: return-no-content\r\nDataServiceVersion: 3.0;\r\n"
            + "ETag: W/\"datetime'2026-11-23T06%3A00%3A00.0000000Z'\"\r\n\r\n\r\n", Operations))
        + "--changesetresponse_1--\r\n--batchresponse_1--\r\n");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.RequestUri!.AbsolutePath.EndsWith("$batch", StringComparison.Ordinal))
        {
            return new HttpResponseMessage(HttpStatusCode.NoContent) { RequestMessage = request };
        }

        await request.Content!.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
        var response = new HttpResponseMessage(HttpStatusCode.Accepted) { RequestMessage = request, Content = new ByteArrayContent(Answer) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", "multipart/mixed; boundary=batchresponse_1");
        return response;
    }
}

/// <summary>The table sink, keys, limits, throttling and all, from columns to the transport.</summary>
internal sealed class SinkTables : IDisposable
{
    public const string Account = "devstoreaccount1";

    public static readonly string Connection =
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Convert.ToBase64String(new byte[32])};TableEndpoint=http://127.0.0.1:1/{Account};";

    private static readonly SegmentContext Context = new(new PartitionId("benchmark.servicebus.windows.net", "telemetry", 0), 1, TelemetryEvents.EnqueuedUnixMs);

    private readonly HttpClient client = new(new InstantService());
    private readonly StorageTransport transport;
    private readonly AccountThrottle throttle;
    private readonly TransactionSlots slots;
    private readonly TableMeter meter = new();
    private readonly TableSink sink;
    private readonly RecordBatch batch = new("telemetry", "0123456789abcdef", TelemetryEvents.Schema.Columns);

    public SinkTables(IncomingEvent[] events)
    {
        StorageOptions options = new();
        transport = new StorageTransport(options);
        throttle = new AccountThrottle(Account, options, TimeProvider.System, () => 1);
        slots = new TransactionSlots(options.MaxTransactionsInFlight);
        TableServiceClient sdk = new(Connection, new TableClientOptions { Transport = new HttpClientTransport(client) });
        var own = transport.Configure(new TableServiceOptions(), throttle, StorageService.Table);
        own.Transport = new HttpClientTransport(client);
        TableService service = new(TableAccess.Of(sdk.Uri, Connection, TimeProvider.System), own);
        sink = new TableSink([StreamOf()], new TableWriter(service, new TableClients(sdk), slots, new RecentKeys(), meter));
        using RecordDecoder decoder = new("telemetry", PayloadFormat.Json, TelemetryEvents.Schema, new DecodingOptions());
        List<QuarantinedRecord> refused = [];
        for (var i = 0; i < events.Length; i++)
        {
            decoder.Decode(events[i], i, batch, refused);
        }
    }

    public async Task WriteAsync()
    {
        var refused = await sink.Prepare(batch, Context)!.SendAsync(CancellationToken.None).ConfigureAwait(false);
        if (refused.Count + batch.Excluded.Count > 0)
        {
            throw new InvalidOperationException("A row was refused.");
        }
    }

    public void Dispose()
    {
        slots.Dispose();
        meter.Dispose();
        throttle.Dispose();
        transport.Dispose();
        client.Dispose();
    }

    private static StreamDefinition StreamOf()
    {
        KeyTemplate partition = new("p", [new KeyLiteral("p")]);
        KeyTemplate row = new(
            "{deviceId}-{time:desc}-{id}", [new KeyColumn("deviceId"), new KeyLiteral("-"), new KeyTimeDescending(), new KeyLiteral("-"), new KeyColumn("id")]);
        return new()
        {
            Name = "telemetry", When = [], Format = PayloadFormat.Json, Schema = TelemetryEvents.Schema,
            Binding = new RecordBinding("eventId", "deviceId", "createdAt"), Enrich = [], Columns = TelemetryEvents.Schema.Columns,
            Lake = new(LakeCompression.Zstd, []), Table = new("Telemetry", partition, row, null), Version = "v",
        };
    }
}

/// <summary>Azure.Data.Tables with the same rows, from objects to the transport, in transactions of 100.</summary>
internal sealed class SdkTables : IDisposable
{
    private readonly HttpClient client = new(new InstantService());
    private readonly TableClient table;
    private readonly Telemetry[] records;

    public SdkTables(IncomingEvent[] events)
    {
        table = new TableServiceClient(SinkTables.Connection, new TableClientOptions { Transport = new HttpClientTransport(client) }).GetTableClient("Telemetry");
        records = [.. events.Select(e => JsonSerializer.Deserialize<Telemetry>(e.Body.Span, JsonSerializerOptions.Web)!)];
    }

    public async Task WriteAsync()
    {
        List<TableTransactionAction> actions = new(InstantService.Operations);
        for (var i = 0; i < records.Length; i++)
        {
            actions.Add(new TableTransactionAction(TableTransactionActionType.UpsertReplace, EntityOf(records[i], "p", i)));
            if (actions.Count == InstantService.Operations)
            {
                await table.SubmitTransactionAsync(actions).ConfigureAwait(false);
                actions.Clear();
            }
        }
    }

    public static TableEntity EntityOf(Telemetry record, string partitionKey, long sequence) => new(partitionKey, KeyOf(record))
    {
        ["_hub"] = "telemetry", ["_epoch"] = 1, ["_partition"] = 0, ["_sequence"] = sequence, ["_index"] = 0L,
        ["eventId"] = record.EventId, ["deviceId"] = record.DeviceId, ["createdAt"] = record.CreatedAt, ["temperature"] = record.Temperature,
        ["humidity"] = record.Humidity, ["pressure"] = record.Pressure, ["battery"] = record.Battery, ["rssi"] = record.Rssi,
        ["latitude"] = record.Latitude, ["longitude"] = record.Longitude, ["status"] = record.Status, ["firmware"] = record.Firmware,
        ["charging"] = record.Charging, ["site"] = record.Site,
    };

    public void Dispose() => client.Dispose();

    private static string KeyOf(Telemetry record) => string.Create(
        CultureInfo.InvariantCulture, $"{record.DeviceId}-{DateTime.MaxValue.Ticks - record.CreatedAt.ToUniversalTime().Ticks:D19}-{record.EventId}");
}
