using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary><c>@Setting:NAME</c>: a value that is no business of a file under version control.</summary>
internal static partial class SettingReference
{
    public const string Prefix = "@Setting:";

    /// <summary>The setting's name; null where the text is no such reference.</summary>
    public static string? Parse(string text) => Reference().Match(text) is { Success: true } match ? match.Groups["name"].Value : null;

    [GeneratedRegex("^@Setting:(?<name>[A-Za-z_][A-Za-z0-9_.:-]*)\\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
