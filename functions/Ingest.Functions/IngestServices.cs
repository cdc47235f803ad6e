using System.ComponentModel.DataAnnotations;
using Ingest.Pipeline;
using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Streams;
using Ingest.Pipeline.Telemetry;
using Ingest.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Ingest.Functions;

/// <summary>Wires the rooms together from the app's settings (docs/streams.md, "Settings").</summary>
public static class IngestServices
{
    /// <exception cref="Ingest.Pipeline.Events.StreamConfigurationException">streams.json or a schema has mistakes; all of them are listed.</exception>
    public static IServiceCollection AddIngest(this IServiceCollection services, IConfiguration configuration)
    {
        var streams = configuration["Ingest:Streams"] is { Length: > 0 } path ? path : "streams.json";
        var catalog = StreamCatalog.Load(Path.Combine(AppContext.BaseDirectory, streams));
        var mistakes = new List<string>();
        var delivery = OptionsIn<DeliveryOptions>(configuration, "Delivery", mistakes);
        var decoding = OptionsIn<DecodingOptions>(configuration, "Decoding", mistakes);
        var lookup = OptionsIn<LookupOptions>(configuration, "Lookup", mistakes);
        var telemetry = OptionsIn<TelemetryOptions>(configuration, "Telemetry", mistakes);
        var hubs = new IngestHubs(configuration);
        mistakes.AddRange(hubs.Mistake is { } mistake ? [mistake] : []);
        if (mistakes.Count > 0)
        {
            throw new InvalidOperationException(string.Join(Environment.NewLine, mistakes));
        }

        delivery.BeginAt(configuration["Ingest:Start"] switch
        {
            null or "" or "beginning" => StartPosition.Beginning,
            "now" => StartPosition.Now,
            var other => throw new InvalidOperationException($"Ingest__Start is '{other}'; it must be 'beginning' or 'now'."),
        });

        return services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(catalog)
            .AddSingleton(decoding)
            .AddSingleton(delivery)
            .AddSingleton<DeliveryDecisions>()
            .AddSingleton<PartitionDelivery>()
            .AddSingleton(lookup)
            .AddSingleton<ILookupObserver, LookupTelemetry>()
            .AddSingleton(provider => new LookupCaches(
                catalog.Streams.SelectMany(s => s.Lookups), provider.GetRequiredService<ILookupSource>(), provider.GetRequiredService<ILookupObserver>(),
                provider.GetRequiredService<LookupOptions>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new StreamEnrichers(
                catalog, provider.GetRequiredService<LookupCaches>(), name => configuration[name], provider.GetServices<IEnricherFactory>()))
            .AddHostedService<EnrichersAtStart>()
            .AddSingleton(telemetry)
            .AddSingleton<IngestMeter>()
            .AddSingleton<IngestTracing>()
            .AddSingleton(provider => new TelemetryBudget(
                telemetry, () => provider.GetRequiredService<IngestMeter>().EventsReceived, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<IngestPipeline>()
            .AddSingleton(hubs)
            .AddSingleton<EventHubLog>()
            .AddSingleton<IHubLog>(provider => provider.GetRequiredService<EventHubLog>())
            .AddSingleton<StatusReader>()
            .AddSingleton<InFlightInvocations>()
            .AddSingleton<BatchInvocations>()
            .AddHostedService(provider => provider.GetRequiredService<InFlightInvocations>())
            .AddIngestStorage(configuration, _ => catalog.Streams);
    }

    private static T OptionsIn<T>(IConfiguration configuration, string section, List<string> mistakes)
        where T : class, new()
    {
        var options = configuration.GetSection($"Ingest:{section}").Get<T>() ?? new T();
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true);
        mistakes.AddRange(found.Select(f => $"Setting Ingest__{section}__{f.MemberNames.First()}: {f.ErrorMessage}"));
        return options;
    }
}
