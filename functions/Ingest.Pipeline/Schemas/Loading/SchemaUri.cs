using System.Text;

namespace Ingest.Pipeline.Schemas;

/// <summary>
/// URI references of schemas, resolved as RFC 3986 section 5 has it. Text, not <see cref="Uri"/>, which normalises what must be
/// compared as it is written and refuses relative references against <c>urn:</c>.
/// </summary>
internal static class SchemaUri
{
    /// <summary>The absolute URI that a reference means, without its fragment; the fragment is percent-decoded, empty where there is none.</summary>
    public static (string Uri, string Fragment) Resolve(string baseUri, string reference)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var fragment = hash < 0 ? "" : Uri.UnescapeDataString(reference[(hash + 1)..]);
        var target = hash < 0 ? reference : reference[..hash];
        if (target.Length == 0)
        {
            return (baseUri, fragment);
        }

        var (scheme, authority, path, query) = Split(target);
        var (baseScheme, baseAuthority, basePath, _) = Split(baseUri);
        if (scheme is null)
        {
            scheme = baseScheme;
            if (authority is null)
            {
                authority = baseAuthority;
                path = path.StartsWith('/') ? path
                    : path.Length == 0 ? basePath
                    : basePath.Length == 0 && authority is not null ? "/" + path
                    : basePath[..(basePath.LastIndexOf('/') + 1)] + path;
            }
        }

        return ((scheme is null ? "" : scheme + ":") + (authority is null ? "" : "//" + authority) + RemoveDots(path) + (query is null ? "" : "?" + query), fragment);
    }

    /// <summary>Whether the text begins with a scheme.</summary>
    public static bool IsAbsolute(string uri) => Split(uri).Scheme is not null;

    private static (string? Scheme, string? Authority, string Path, string? Query) Split(string uri)
    {
        string? scheme = null, authority = null, query = null;
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && uri.AsSpan(0, colon).IndexOfAny("/?#") < 0 && char.IsAsciiLetter(uri[0])
            && uri.AsSpan(0, colon).IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.") < 0)
        {
            (scheme, uri) = (uri[..colon], uri[(colon + 1)..]);
        }

        var question = uri.IndexOf('?', StringComparison.Ordinal);
        if (question >= 0)
        {
            (query, uri) = (uri[(question + 1)..], uri[..question]);
        }

        if (uri.StartsWith("//", StringComparison.Ordinal))
        {
            var slash = uri.IndexOf('/', 2);
            (authority, uri) = slash < 0 ? (uri[2..], "") : (uri[2..slash], uri[slash..]);
        }

        return (scheme, authority, uri, query);
    }

    private static string RemoveDots(string path)
    {
        if (!path.Contains('.', StringComparison.Ordinal))
        {
            return path;
        }

        List<string> kept = [];
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            switch (segments[i])
            {
                case ".":
                    if (isLast)
                    {
                        kept.Add("");
                    }

                    break;
                case "..":
                    if (kept.Count > (path.StartsWith('/') ? 1 : 0))
                    {
                        kept.RemoveAt(kept.Count - 1);
                    }

                    if (isLast)
                    {
                        kept.Add("");
                    }

                    break;
                default:
                    kept.Add(segments[i]);
                    break;
            }
        }

        return new StringBuilder().AppendJoin('/', kept).ToString();
    }
}
