using BenchmarkDotNet.Attributes;
using Ingest.Pipeline.Events;

namespace Ingest.Benchmarks;

/// <summary>The same contenders under BenchmarkDotNet, each by itself.</summary>
[MemoryDiagnoser]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls the cleanup.")]
public class DecodingBenchmarks
{
    private const int Events = 10_000;
    private readonly IncomingEvent[] events = TelemetryEvents.Create(Events);
    private Ours? ours;
    private BareScan? scan;
    private Naive? naive;

    [GlobalSetup]
    public void Setup() => (ours, scan, naive) = (new Ours(events), new BareScan(events), new Naive(events, fromBytes: false));

    [GlobalCleanup]
    public void Cleanup() => ours?.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public int Bare_Utf8JsonReader_scan() => scan!.Run();

    [Benchmark(OperationsPerInvoke = Events)]
    public int Validating_reader_into_columns() => ours!.Read();

    [Benchmark(OperationsPerInvoke = Events)]
    public long Json_to_Parquet() => ours!.ReadAndWrite();

    [Benchmark(OperationsPerInvoke = Events)]
    public Task<long> Deserialize_and_Parquet_Net() => naive!.ReadAndWriteAsync();
}
