using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Ingest.Storage;

/// <summary>
/// Where the data lies: settings <c>Data</c> (a connection string) or <c>Data__blobServiceUri</c>,
/// <c>Data__tableServiceUri</c>, <c>Data__credential</c>, <c>Data__clientId</c>.
/// </summary>
public sealed class DataOptions
{
    public const string Section = "Data";

    public const string ManagedIdentity = "managedidentity";

    /// <summary>Connection string of a storage account or of Azurite; null when the URIs are given.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>For example <c>https://contoso.blob.core.windows.net</c>.</summary>
    public Uri? BlobServiceUri { get; set; }

    /// <summary>For example <c>https://contoso.table.core.windows.net</c>.</summary>
    public Uri? TableServiceUri { get; set; }

    /// <summary><c>managedidentity</c>; null tries the usual developer credentials in turn.</summary>
    public string? Credential { get; set; }

    /// <summary>Client id of a user-assigned identity; null: the system-assigned one.</summary>
    public string? ClientId { get; set; }

    internal static void Bind(DataOptions options, IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        options.ConnectionString = section.Value;
        options.BlobServiceUri = ParseUri(section["blobServiceUri"]);
        options.TableServiceUri = ParseUri(section["tableServiceUri"]);
        options.Credential = section["credential"];
        options.ClientId = section["clientId"];
    }

    // What is not an absolute URI stays relative, so that validation can name the setting.
    private static Uri? ParseUri(string? text) => string.IsNullOrWhiteSpace(text) ? null : new Uri(text, UriKind.RelativeOrAbsolute);
}

internal sealed class DataOptionsValidator : IValidateOptions<DataOptions>
{
    public ValidateOptionsResult Validate(string? name, DataOptions options)
    {
        var errors = new List<string>();
        var hasConnection = !string.IsNullOrWhiteSpace(options.ConnectionString);
        if (hasConnection && (options.BlobServiceUri is not null || options.TableServiceUri is not null))
        {
            errors.Add("Data and Data__blobServiceUri/Data__tableServiceUri exclude each other: set one or the other.");
        }

        if (!hasConnection)
        {
            CheckUri(errors, options.BlobServiceUri, "Data__blobServiceUri", "https://ACCOUNT.blob.core.windows.net");
            CheckUri(errors, options.TableServiceUri, "Data__tableServiceUri", "https://ACCOUNT.table.core.windows.net");
        }

        if (options.Credential is { Length: > 0 } credential && !credential.Equals(DataOptions.ManagedIdentity, StringComparison.OrdinalIgnoreCase))
        {
            errors.Add($"Data__credential is '{credential}'; the only value is '{DataOptions.ManagedIdentity}'.");
        }

        if (!string.IsNullOrEmpty(options.ClientId) && string.IsNullOrEmpty(options.Credential))
        {
            errors.Add($"Data__clientId needs Data__credential={DataOptions.ManagedIdentity}.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckUri(List<string> errors, Uri? uri, string setting, string example)
    {
        if (uri is null)
        {
            errors.Add($"{setting} is missing: set it (for example {example}), or set Data to a connection string.");
        }
        else if (!uri.IsAbsoluteUri || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp))
        {
            errors.Add($"{setting} is '{uri}', which is no http or https address; for example {example}.");
        }
    }
}
