namespace Ingest.Storage.Throttling;

/// <summary>Which account a service belongs to: blobs and tables of one account share its limits.</summary>
internal static class AccountName
{
    private const string Emulator = "devstoreaccount1";

    /// <param name="serviceUri">Address of the service; not used when there is a connection string.</param>
    public static string Of(DataOptions data, Uri? serviceUri)
    {
        if (data.ConnectionString is { Length: > 0 } text)
        {
            var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            const string Key = "AccountName=";
            return parts.FirstOrDefault(part => part.StartsWith(Key, StringComparison.OrdinalIgnoreCase)) is { } part ? part[Key.Length..] : Emulator;
        }

        ArgumentNullException.ThrowIfNull(serviceUri);
        return serviceUri.HostNameType == UriHostNameType.Dns && serviceUri.Host.Contains('.', StringComparison.Ordinal)
            ? serviceUri.Host[..serviceUri.Host.IndexOf('.', StringComparison.Ordinal)]
            : serviceUri.AbsolutePath.Trim('/');
    }
}
