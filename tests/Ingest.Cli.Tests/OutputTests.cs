using System.Text.Json;
using Ingest.Cli.Audit;
using Ingest.Cli.Demo;
using Ingest.Cli.Terminal;
using Spectre.Console;

namespace Ingest.Cli.Tests;

public class OutputTests
{
    [Fact]
    public void The_demo_result_is_one_line_with_the_agreed_keys()
    {
        var line = WriteAsJson(new DemoResult(3500, 3500, 3000, 500, 0, 0, 0, 0, 0, 0, 1.25, 2800, 210.5));

        using var json = JsonDocument.Parse(line);
        Assert.Equal(
            ["sent", "received", "written", "quarantined", "filtered", "missing", "duplicates", "outOfOrder", "pending", "gaps", "seconds", "eventsPerSecond", "peakMemoryMB"],
            json.RootElement.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void The_audit_result_is_one_line_with_total_and_partitions()
    {
        var partition = new PartitionAudit { Hub = "telemetry", Partition = 3, Epoch = 1, First = 0, Durable = 9, Received = 10, Written = 10, Behind = 0 };
        var line = WriteAsJson(new AuditReport(AuditCounts.Sum([partition]), [partition]));

        using var json = JsonDocument.Parse(line);
        Assert.Equal(["total", "partitions"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(10, json.RootElement.GetProperty("total").GetProperty("written").GetInt64());
        Assert.Equal(
            ["hub", "partition", "epoch", "first", "durable"],
            json.RootElement.GetProperty("partitions")[0].EnumerateObject().Take(5).Select(p => p.Name));
    }

    [Fact]
    public void An_audit_by_id_has_one_more_key_with_a_count_a_stream()
    {
        var line = WriteAsJson(new AuditReport(new AuditCounts(), []) { DuplicateIds = new SortedDictionary<string, long> { ["door-events"] = 2 } });

        using var json = JsonDocument.Parse(line);
        Assert.Equal(2, json.RootElement.GetProperty("duplicateIds").GetProperty("door-events").GetInt64());
    }

    [Fact]
    public void Without_json_nothing_is_written_for_programs()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        new Output(json: false, output, error).WriteResult(new { a = 1 });

        Assert.Equal("", output.ToString());
    }

    /// <summary>Writes as a command with --json does, and returns the only line of standard output.</summary>
    private static string WriteAsJson<T>(T value)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new Output(json: true, output, error);
        console.Console.WriteLine("for people");
        console.WriteResult(value);

        Assert.Contains("for people", error.ToString(), StringComparison.Ordinal);
        return Assert.Single(output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }
}
