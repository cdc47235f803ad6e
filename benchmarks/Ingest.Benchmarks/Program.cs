using BenchmarkDotNet.Running;
using Ingest.Benchmarks;

if (args is ["compare", .. var rest])
{
    return await new CompareCommand(Console.Out, Console.Error).RunAsync(rest).ConfigureAwait(false);
}

BenchmarkSwitcher.FromAssembly(typeof(DecodingBenchmarks).Assembly).Run(args);
return 0;
