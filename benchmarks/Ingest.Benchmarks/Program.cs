using BenchmarkDotNet.Running;
using Ingest.Benchmarks;
using Ingest.Benchmarks.Batches;

if (args is ["compare", .. var rest])
{
    return await new CompareCommand(Console.Out, Console.Error).RunAsync(rest).ConfigureAwait(false);
}

if (args is ["batches", .. var others])
{
    return await new BatchesCommand(Console.Out, Console.Error).RunAsync(others).ConfigureAwait(false);
}

BenchmarkSwitcher.FromAssembly(typeof(DecodingBenchmarks).Assembly).Run(args);
return 0;
