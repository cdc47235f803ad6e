using System.Net;
using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Records;
using Ingest.Pipeline.Sinks;
using Ingest.Storage.Tests.Support;

namespace Ingest.Storage.Tests.Tables;

/// <summary>Answers that Azurite does not give, and answers that get lost.</summary>
[Collection(StorageCollection.Name)]
public sealed class TableAnswersTests(AzuriteFixture fixture)
{
    private readonly string table = "Answers" + Guid.NewGuid().ToString("N")[..12];

    [Fact]
    public async Task A_refused_row_is_isolated_by_its_index_and_the_others_are_sent_again()
    {
        using var wire = Unserved();
        wire.Answer = body => Array.IndexOf(ScriptedTables.RowKeysOf(body), "d3") is >= 0 and var index
            ? ScriptedTables.Failed("400 Bad Request", "PropertyValueTooLarge", $"{index}:The property value exceeds the maximum allowed size.")
            : ScriptedTables.Done(body);

        var refused = Assert.Single(await SendAsync(wire, Batch(150)));

        Assert.Equal((3, FaultStage.Store, FaultCode.StoreLimit), (refused.Row, refused.Fault.Stage, refused.Fault.Code));
        Assert.Contains("PropertyValueTooLarge", refused.Fault.Detail, StringComparison.Ordinal);
        Assert.Equal([50, 99, 100], wire.Transactions.Select(ScriptedTables.OperationsOf).Order());
    }

    [Fact]
    public async Task Where_the_last_record_of_a_key_is_refused_the_one_before_it_is_written()
    {
        using var wire = Unserved();
        var batch = LatestStream.Batch();
        LatestStream.Add(batch, "a", 1, 1, 10);
        LatestStream.Add(batch, "a", 2, 2, 20);
        LatestStream.Add(batch, "a", 3, 3, 30);
        wire.Answer = body => body.Contains("\"value\":30", StringComparison.Ordinal)
            ? ScriptedTables.Failed("413 Request Entity Too Large", "EntityTooLarge", "0:The entity is larger than allowed by the Table Service.")
            : ScriptedTables.Done(body);

        Assert.Equal(2, Assert.Single(await SendAsync(wire, batch)).Row);
        Assert.Contains("\"value\":20", wire.Transactions.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_is_refused_as_a_whole_is_halved_until_the_row_is_found()
    {
        using var wire = Unserved();
        wire.Answer = body => ScriptedTables.RowKeysOf(body).Contains("d42")
            ? ScriptedTables.Refused(HttpStatusCode.RequestEntityTooLarge, "RequestBodyTooLarge")
            : ScriptedTables.Done(body);

        Assert.Equal(42, Assert.Single(await SendAsync(wire, Batch(100))).Row);

        var done = wire.Transactions.Select(ScriptedTables.RowKeysOf).Where(keys => !keys.Contains("d42")).SelectMany(keys => keys).ToList();
        Assert.Equal(99, done.Count);
        Assert.Equal(99, done.Distinct().Count());
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, "InvalidHeaderValue")]
    [InlineData(HttpStatusCode.Forbidden, "AuthorizationFailure")]
    [InlineData(HttpStatusCode.Unauthorized, "")]
    [InlineData(HttpStatusCode.Conflict, "TableBeingDeleted")]
    public async Task A_refusal_that_lies_in_no_row_quarantines_nothing(HttpStatusCode status, string code)
    {
        using var wire = Unserved();
        wire.Answer = _ => ScriptedTables.Refused(status, code);

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => SendAsync(wire, Batch(3)));
        Assert.Equal((int)status, failure.Status);
    }

    [Theory]
    [InlineData(429, false)]
    [InlineData(503, false)]
    [InlineData(503, true)]
    [InlineData(500, true)]
    public async Task A_busy_service_is_asked_again_whether_it_says_so_outside_or_inside_its_answer(int status, bool inside)
    {
        using var wire = Served();
        var busy = 2;
        wire.Answer = _ => Interlocked.Decrement(ref busy) < 0 ? null
            : inside ? ScriptedTables.Failed($"{status} Server Busy", "ServerBusy", "0:The server is busy.")
            : ScriptedTables.Refused((HttpStatusCode)status, "ServerBusy");

        Assert.Empty(await SendAsync(wire, Batch(30)));

        Assert.Equal(3, wire.Transactions.Count);
        Assert.Equal(30, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task A_lost_answer_leaves_every_row_once()
    {
        using var wire = Served();
        var lost = 0;
        wire.LosesAnswer = _ => Interlocked.Increment(ref lost) <= 2;

        Assert.Empty(await SendAsync(wire, Batch(250)));

        Assert.Equal(5, wire.Transactions.Count);
        Assert.Equal(250, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task A_lost_answer_does_not_take_latest_back_in_time()
    {
        using var wire = Served(LatestStream.Definition(table));
        Assert.Empty(await SendAsync(wire, Batch(20, seconds: 5)));
        var lost = 0;
        wire.LosesAnswer = _ => Interlocked.Increment(ref lost) == 1;

        Assert.Empty(await SendAsync(wire, Batch(20, seconds: 9, sequence: 100)));
        Assert.Empty(await SendAsync(wire, Batch(20, seconds: 7, sequence: 200)));

        Assert.All(await RowsAsync(), row => Assert.InRange(row.GetInt64("_sequence")!.Value, 100, 119));
    }

    [Fact]
    public async Task A_table_that_somebody_has_deleted_is_created_again()
    {
        using var wire = Served();
        Assert.Empty(await SendAsync(wire, Batch(5)));
        await Service().DeleteTableAsync(table);

        Assert.Empty(await SendAsync(wire, Batch(5, sequence: 10)));

        Assert.Equal(5, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task An_answer_that_ends_too_early_is_no_answer()
    {
        using var wire = Unserved();
        var answers = 0;
        wire.Answer = body => Interlocked.Increment(ref answers) == 1 ? ScriptedTables.Done("Content-Transfer-Encoding: binary\r\n") : ScriptedTables.Done(body);

        Assert.Empty(await SendAsync(wire, Batch(10)));

        Assert.Equal(2, wire.Transactions.Count);
    }

    [Fact]
    public async Task With_an_identity_every_request_carries_its_token()
    {
        using var wire = Unserved();
        wire.Answer = ScriptedTables.Done;

        Assert.Empty(await SendAsync(wire, Batch(150)));

        Assert.All(wire.Authorizations, authorization => Assert.Equal("Bearer token-for-https://storage.azure.com/.default", authorization));
        Assert.All(wire.Transactions, body => Assert.Contains("PUT https://contoso.table.core.windows.net/" + table + "(PartitionKey='p',RowKey='d", body, StringComparison.Ordinal));
    }

    private static RecordBatch Batch(int rows, double seconds = 1, long sequence = 0)
    {
        var batch = LatestStream.Batch();
        for (var i = 0; i < rows; i++)
        {
            LatestStream.Add(batch, "d" + i, seconds, sequence + i, i);
        }

        return batch;
    }

    private static async Task<IReadOnlyList<RefusedRow>> SendAsync(ScriptedTables wire, RecordBatch batch) =>
        await wire.Sink.Prepare(batch, Batches.Context)!.SendAsync(default);

    private ScriptedTables Served(Ingest.Pipeline.Streams.StreamDefinition? stream = null) => new(fixture.Azurite, stream ?? LatestStream.WithTable(table));

    private ScriptedTables Unserved() => new(null, LatestStream.WithTable(table), new FixedToken());

    private TableServiceClient Service() => new(fixture.Azurite.ConnectionString);

    private async Task<List<TableEntity>> RowsAsync()
    {
        var rows = new List<TableEntity>();
        await foreach (var row in Service().GetTableClient(table).QueryAsync<TableEntity>())
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>A token that says what it is for.</summary>
    private sealed class FixedToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("token-for-" + requestContext.Scopes.Single(), DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
