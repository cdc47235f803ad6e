using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Ingest.Storage.Tables;

/// <summary>Signs each attempt with the account's key, by the scheme SharedKeyLite of the Table service.</summary>
internal sealed class SharedKeyLitePolicy(string account, byte[] key, TimeProvider time) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        var date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        var resource = $"/{account}{message.Request.Uri.ToUri().AbsolutePath}";
        var signature = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{date}\n{resource}")));
        message.Request.Headers.SetValue("x-ms-date", date);
        message.Request.Headers.SetValue("Authorization", $"SharedKeyLite {account}:{signature}");
    }
}

/// <summary>Appends a shared access signature to the address.</summary>
internal sealed class SharedAccessPolicy(string signature) : HttpPipelineSynchronousPolicy
{
    public override void OnSendingRequest(HttpMessage message)
    {
        // An attempt after the first has it already.
        if (!message.Request.Uri.Query.Contains(signature, StringComparison.Ordinal))
        {
            message.Request.Uri.Query = message.Request.Uri.Query is { Length: > 0 } query ? $"{query}&{signature}" : signature;
        }
    }
}
