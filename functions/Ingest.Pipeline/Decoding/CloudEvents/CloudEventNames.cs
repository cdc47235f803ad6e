using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Decoding.CloudEvents;

/// <summary>Which names attributes of a CloudEvent may have.</summary>
internal static partial class CloudEventNames
{
    public static bool IsAttribute(string name) => name is not ("data" or "data_base64") && Pattern().IsMatch(name);

    /// <summary>Whether the specification has the attribute, so that it is no extension.</summary>
    public static bool IsKnown(string name) => Envelope.Attributes.Contains(name, StringComparer.Ordinal);

    [GeneratedRegex("^[a-z0-9]{1,64}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
