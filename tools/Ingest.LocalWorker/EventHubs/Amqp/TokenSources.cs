using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;

namespace Ingest.LocalWorker.EventHubs.Amqp;

/// <summary>A token for one audience, in the form that <c>$cbs</c> takes.</summary>
internal sealed record CbsToken(string Type, string Text, DateTimeOffset ExpiresOn);

/// <summary>Makes tokens; safe for parallel use, may go over the network.</summary>
internal interface ITokenSource
{
    ValueTask<CbsToken> GetAsync(string audience, TimeProvider time, CancellationToken cancellationToken);
}

/// <summary>Signs tokens with a shared access key.</summary>
internal sealed class SharedKeyTokenSource(string keyName, string key) : ITokenSource
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public ValueTask<CbsToken> GetAsync(string audience, TimeProvider time, CancellationToken cancellationToken)
    {
        var expires = time.GetUtcNow() + Lifetime;
        var resource = Uri.EscapeDataString(audience);
        var expiry = expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{resource}\n{expiry}"));
        var signature = Uri.EscapeDataString(Convert.ToBase64String(hash));
        return ValueTask.FromResult(new CbsToken(
            "servicebus.windows.net:sastoken",
            $"SharedAccessSignature sr={resource}&sig={signature}&se={expiry}&skn={Uri.EscapeDataString(keyName)}",
            expires));
    }
}

/// <summary>Uses a signature made elsewhere until it expires; it cannot be renewed here.</summary>
internal sealed class FixedTokenSource(string signature) : ITokenSource
{
    public ValueTask<CbsToken> GetAsync(string audience, TimeProvider time, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new CbsToken("servicebus.windows.net:sastoken", signature, DateTimeOffset.MaxValue));
}

/// <summary>Asks an identity for tokens.</summary>
internal sealed class CredentialTokenSource(TokenCredential credential) : ITokenSource
{
    private static readonly TokenRequestContext Request = new(["https://eventhubs.azure.net/.default"]);

    public async ValueTask<CbsToken> GetAsync(string audience, TimeProvider time, CancellationToken cancellationToken)
    {
        var token = await credential.GetTokenAsync(Request, cancellationToken);
        return new CbsToken("jwt", token.Token, token.ExpiresOn);
    }
}
