using Ingest.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Ingest.Functions.Telemetry;

/// <summary>Charges log lines to the telemetry budget.</summary>
public sealed class BudgetedLogs(TelemetryBudget budget) : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        ArgumentNullException.ThrowIfNull(data);
        budget.TrySpend(TelemetryKind.Essential, TelemetrySize.Of(data));
    }
}

/// <summary>
/// Switches information off for telemetry alone while the budget is spent: every rule that applies to its provider, as configured,
/// and this condition beside it. A log record that has come into being can no longer be kept from the exporter.
/// </summary>
public sealed class BudgetedLogRules(TelemetryBudget budget, IngestMeter meter) : IPostConfigureOptions<LoggerFilterOptions>
{
    private static readonly string Provider = typeof(OpenTelemetryLoggerProvider).FullName!;

    // The alias that people write in configuration.
    private const string Alias = "OpenTelemetry";

    public void PostConfigure(string? name, LoggerFilterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var rules = options.Rules.Where(rule => rule.ProviderName is null || rule.ProviderName == Provider || rule.ProviderName == Alias).ToList();

        // A rule that names the provider outweighs any that does not, whatever their categories: keep each category's last word.
        var effective = rules.GroupBy(rule => rule.CategoryName ?? "", StringComparer.OrdinalIgnoreCase)
            .Select(group => group.LastOrDefault(rule => rule.ProviderName is not null) ?? group.Last()).ToList();
        if (effective.All(rule => !string.IsNullOrEmpty(rule.CategoryName)))
        {
            effective.Add(new LoggerFilterRule(null, null, options.MinLevel, null));
        }

        foreach (var rule in effective)
        {
            options.Rules.Add(new LoggerFilterRule(
                Provider, rule.CategoryName, rule.LogLevel ?? options.MinLevel,
                (provider, category, level) => (rule.Filter?.Invoke(provider, category, level) ?? true) && HasRoomFor(level)));
        }
    }

    private bool HasRoomFor(LogLevel level)
    {
        if (level >= LogLevel.Warning || budget.HasRoomFor(TelemetryKind.Information))
        {
            return true;
        }

        meter.Dropped(TelemetryKind.Information);
        return false;
    }
}
