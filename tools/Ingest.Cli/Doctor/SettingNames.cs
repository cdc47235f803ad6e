using Ingest.Pipeline.Decoding;
using Ingest.Pipeline.Enrichment;
using Ingest.Pipeline.Progress;
using Ingest.Pipeline.Telemetry;
using Ingest.Storage;

namespace Ingest.Cli.Doctor;

/// <summary>Every app setting that the app, or the host for it, reads.</summary>
public static class SettingNames
{
    private static readonly string[] Others =
    [
        "Ingest__Streams", "Ingest__Start", "TelemetryHub", "DeviceHub", "ConsumerGroup", "RepairConsumerGroup",
        "FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "AZURE_CLIENT_ID", "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID",
    ];

    private static readonly string[] Connections =
    [
        "AzureWebJobsStorage", "AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__tableServiceUri",
        "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId",
        "EventHub", "EventHub__fullyQualifiedNamespace", "EventHub__credential", "EventHub__clientId",
        "Data", "Data__blobServiceUri", "Data__tableServiceUri", "Data__credential", "Data__clientId",
    ];

    /// <summary><c>Ingest__Decoding__MaxDepth</c> and so on: the options that the app binds, from the classes themselves.</summary>
    private static readonly IEnumerable<string> Options = new[] { typeof(DecodingOptions), typeof(DeliveryOptions), typeof(LookupOptions), typeof(StorageOptions), typeof(TelemetryOptions) }
        .SelectMany(type => type.GetProperties().Where(p => p.GetSetMethod() is not null).Select(p => $"Ingest__{type.Name[..^"Options".Length]}__{p.Name}"));

    public static IReadOnlyList<string> All { get; } = [.. Others, .. Connections, .. Options];

    /// <summary>Whether the name can only be meant for this app, so that a wrong one is a mistake and not somebody else's variable.</summary>
    public static bool IsOurs(string name) =>
        new[] { "Ingest__", "EventHub__", "Data__" }.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>The one spelling to compare by: configuration knows neither case nor the difference between <c>:</c> and <c>__</c>.</summary>
    public static string Normalize(string name) => name.Replace(":", "__", StringComparison.Ordinal);
}
