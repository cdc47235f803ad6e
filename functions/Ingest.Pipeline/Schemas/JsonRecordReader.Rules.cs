using Ingest.Pipeline.Events;

namespace Ingest.Pipeline.Schemas;

/// <content>What the nodes cannot say, checked by the validator over what was read.</content>
public sealed partial class JsonRecordReader
{
    private JsonValidator? validator;

    /// <summary>A whole record that was read to its end.</summary>
    private int CheckRecord(ReadOnlySpan<byte> json, int start, int end, Rule rule) => Validate(json[..end], start, rule, 0);

    /// <summary>A value that stays JSON. Reading it first keeps the reader's limits.</summary>
    private int CheckRule(ReadOnlySpan<byte> json, int at, Rule rule, int depth)
    {
        var end = SkipValue(json, at, depth);
        return end < 0 ? Failed : Validate(json[..end], at, rule, depth);
    }

    private int Validate(ReadOnlySpan<byte> json, int at, Rule rule, int depth)
    {
        validator ??= new JsonValidator(schema.Rules);
        var end = validator.Run(json, at, rule, limits.MaxDepth, depth, wordless: false, isTrusted: true);
        if (end < 0)
        {
            var found = validator.Failure;
            failure = new Failure(
                found.Stage, found.Code, null, found.Offset,
                found.Rule is null ? found.Detail : $"{found.Detail} ({found.Rule.Locate(found.Keyword)})");
        }

        return end;
    }
}
