using System.Collections.Specialized;
using Microsoft.AspNetCore.WebUtilities;

namespace Microsoft.Azure.Functions.Worker.Http;

internal static class QueryText
{
    public static NameValueCollection Parse(string query)
    {
        var values = new NameValueCollection(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in new QueryStringEnumerable(query))
        {
            values.Add(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        }

        return values;
    }
}
