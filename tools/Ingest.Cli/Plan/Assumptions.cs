using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Ingest.Cli.Json;
using Ingest.Pipeline.Events;
using Ingest.Pipeline.Schemas;

namespace Ingest.Cli.Plan;

/// <summary>One number the plan takes for granted.</summary>
/// <param name="Status"><c>read</c>, <c>measured: …</c>, <c>unverified</c>, <c>assumed</c>, or <c>given</c> by the user.</param>
public sealed record Assumption(double Value, string Unit, string Status);

/// <summary>Prices, limits and costs, dated, from the embedded assumptions.json; a file of the user's may replace any of them.</summary>
public sealed class Assumptions
{
    private const string Embedded = "Ingest.Cli.Plan.assumptions.json";

    private Assumptions(string date, IReadOnlyDictionary<string, Assumption> values) => (Date, Values) = (date, values);

    public static Assumptions Default { get; } = ReadEmbedded();

    /// <summary>When they were collected, yyyy-MM-dd.</summary>
    public string Date { get; }

    public IReadOnlyDictionary<string, Assumption> Values { get; }

    public double FlexOnDemandPerGbSecond => Get();

    public double FlexPerMillionExecutions => Get();

    public double FlexFreeGbSeconds => Get();

    public double FlexFreeExecutions => Get();

    public double FlexAlwaysReadyIdlePerGbSecond => Get();

    public double FlexAlwaysReadyBusyPerGbSecond => Get();

    public double StandardUnitHour => Get();

    public double StandardPerMillionEvents => Get();

    public double PremiumUnitHour => Get();

    public double BlobWritesPer10Thousand => Get();

    public double BlobGbMonth => Get();

    public double TablePer10Thousand => Get();

    public double LogAnalyticsGb => Get();

    public double StandardUnitMegabytes => Get();

    public double StandardUnitEvents => Get();

    public double StandardUnitMegabytesOut => Get();

    public double StandardUnitEventsOut => Get();

    public double PremiumUnitMegabytes => Get();

    public double PremiumUnitMegabytesAtPeak => Get();

    public double PremiumUnitMegabytesOut => Get();

    public double PartitionMegabytes => Get();

    public double PartitionMegabytesAtPeak => Get();

    public double TableEntitiesPerAccount => Get();

    public double TableEntitiesPerPartitionKey => Get();

    public double RecordNanosecondsPerByte => Get();

    public double DecompressNanosecondsPerByte => Get();

    public double TableRowNanoseconds => Get();

    public double ParquetShare => Get();

    public double HostNanosecondsPerEvent => Get();

    public double HostNanosecondsPerByte => Get();

    public double InvocationMilliseconds => Get();

    public double Utilization => Get();

    public double DecisionSeconds => Get();

    public double StartSeconds => Get();

    public double ScaleInRestSeconds => Get();

    public double FlexRegionMegabytes => Get();

    public double LogBytesPerInstanceMinute => Get();

    public double LogBytesPerThousandEvents => Get();

    /// <param name="path">For messages.</param>
    /// <param name="utf8">An object, name → number.</param>
    /// <exception cref="CommandException">Not JSON, an unknown name, or a value that is no number above zero; the message lists all mistakes.</exception>
    public Assumptions With(string path, byte[] utf8)
    {
        var errors = new List<ConfigurationError>();
        var values = new Dictionary<string, Assumption>(Values);
        if (LocatedJson.Parse(path, utf8, errors) is { } root)
        {
            if (root.Kind != JsonValueKind.Object)
            {
                errors.Add(new ConfigurationError(path, root.Line, "", $"Expected an object of numbers by name, found {root.Describe()}."));
            }

            foreach (var (name, line, value) in root.Members)
            {
                if (!values.TryGetValue(name, out var known))
                {
                    errors.Add(new ConfigurationError(path, line, $"/{name}", $"There is no assumption \"{name}\".{Spelling.Suggest(name, values.Keys)}"));
                }
                else if (value.Kind != JsonValueKind.Number || Number(value) is not > 0)
                {
                    errors.Add(new ConfigurationError(path, line, $"/{name}", $"Expected a number above zero ({known.Unit}), found {value.Describe()}."));
                }
                else
                {
                    values[name] = known with { Value = Number(value), Status = "given" };
                }
            }
        }

        return errors.Count == 0 ? new Assumptions(Date, values) : throw new CommandException(ExitCode.Usage, string.Join(Environment.NewLine, errors));
    }

    private static Assumptions ReadEmbedded()
    {
        using var stream = typeof(Assumptions).Assembly.GetManifestResourceStream(Embedded)!;
        using var json = JsonDocument.Parse(stream, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        return new Assumptions(
            json.RootElement.GetProperty("date").GetString()!,
            json.RootElement.GetProperty("values").EnumerateObject().ToDictionary(
                v => v.Name, v => new Assumption(v.Value.GetProperty("value").GetDouble(), v.Value.GetProperty("unit").GetString()!, v.Value.GetProperty("status").GetString()!)));
    }

    private static double Number(LocatedValue value) => double.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private double Get([CallerMemberName] string name = "") => Values[JsonNamingPolicy.CamelCase.ConvertName(name)].Value;
}
