using System.Text.RegularExpressions;

namespace Ingest.Infrastructure.Tests.Azd;

/// <summary>Fills in <c>${NAME}</c> and <c>${NAME=default}</c> as azd does in main.parameters.json.</summary>
public static partial class Variables
{
    public static string Fill(string parameters, IReadOnlyDictionary<string, string> values)
    {
        var filled = Variable().Replace(parameters, m => values.GetValueOrDefault(m.Groups["name"].Value, m.Groups["default"].Value));

        // azd gives a parameter of type bool what its text says.
        return Flag().Replace(filled, "\"value\": $1");
    }

    [GeneratedRegex(@"\$\{(?<name>\w+)(?:=(?<default>[^}]*))?\}")]
    private static partial Regex Variable();

    [GeneratedRegex("\"value\": \"(true|false)\"")]
    private static partial Regex Flag();
}
