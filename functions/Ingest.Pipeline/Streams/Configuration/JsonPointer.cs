namespace Ingest.Pipeline.Streams.Configuration;

/// <summary>RFC 6901, as far as streams.json needs it: member names only.</summary>
internal static class JsonPointer
{
    public static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>The dotted name of the column that a pointer names; null where it is no pointer to a member.</summary>
    public static string? ToColumn(string pointer)
    {
        if (pointer.Length < 2 || pointer[0] != '/')
        {
            return null;
        }

        var names = pointer[1..].Split('/');
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Replace("~0", "", StringComparison.Ordinal).Replace("~1", "", StringComparison.Ordinal).Contains('~', StringComparison.Ordinal))
            {
                return null;
            }

            names[i] = names[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        return names.Contains("") ? null : string.Join('.', names);
    }
}
