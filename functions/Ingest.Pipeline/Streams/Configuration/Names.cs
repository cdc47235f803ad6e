using System.Text.RegularExpressions;

namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>Which names streams.json may give.</summary>
internal static partial class Names
{
    /// <summary>Tables of the product itself; Table Storage compares table names without case.</summary>
    private static readonly string[] ReservedTables = ["IngestProgress", "IngestQuarantine", "IngestReplays", "tables"];

    public static void CheckStream(ConfigText name, ConfigErrors errors) => Check(name, StreamName(), "A stream's name", errors);

    public static void CheckLookup(string name, ConfigNode at, ConfigErrors errors) =>
        Check(new ConfigText(name, at), StreamName(), "A lookup's name", errors);

    public static bool CheckTable(ConfigText name, ConfigErrors errors)
    {
        if (!TableName().IsMatch(name.Value))
        {
            errors.Add(name.Node, $"\"{name.Value}\" cannot be a table: a table's name is 3 to 63 letters and digits, a letter first.");
            return false;
        }

        if (ReservedTables.Contains(name.Value, StringComparer.OrdinalIgnoreCase))
        {
            errors.Add(name.Node, $"The table \"{name.Value}\" is reserved; choose another name.");
            return false;
        }

        return true;
    }

    public static bool CheckColumn(string name, ConfigNode at, ConfigErrors errors)
    {
        if (name.StartsWith('_'))
        {
            errors.Add(at, $"The column \"{name}\" cannot be added: names that begin with _ are reserved.");
            return false;
        }

        if (!ColumnName().IsMatch(name))
        {
            errors.Add(at, $"\"{name}\" cannot be a column: a column's name is up to 128 letters, digits, dots and underscores, a letter first.");
            return false;
        }

        return true;
    }

    private static void Check(ConfigText name, Regex rule, string what, ConfigErrors errors)
    {
        if (!rule.IsMatch(name.Value))
        {
            errors.Add(name.Node, $"{what} is 3 to 63 characters of a-z, 0-9 and -, not \"{name.Value}\".");
        }
    }

    [GeneratedRegex("^[a-z0-9-]{3,63}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex StreamName();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,62}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex TableName();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_.]{0,127}\\z", RegexOptions.NonBacktracking)]
    private static partial Regex ColumnName();
}
