using System.Text.RegularExpressions;

namespace Ingest.Cli.Plan.Files;

/// <summary>A variable that azd fills in: <c>${NAME}</c> or <c>${NAME=default}</c>.</summary>
/// <param name="Otherwise">The default; empty where there is none.</param>
/// <param name="IsWhole">Whether there is nothing else in the text.</param>
public sealed partial record AzdVariable(string Name, string Otherwise, bool IsWhole)
{
    /// <summary>The first variable of the text; null where it has none.</summary>
    public static AzdVariable? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Pattern().Match(text) is { Success: true } match
            ? new AzdVariable(match.Groups["name"].Value, match.Groups["default"].Value, match.Length == text.Length)
            : null;
    }

    [GeneratedRegex(@"\$\{(?<name>\w+)(?:=(?<default>[^}]*))?\}")]
    private static partial Regex Pattern();
}
