using System.Text;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>The members of JSON columns that a step drops or redacts.</summary>
internal sealed class MemberEdits(IReadOnlyList<JsonMember> members, string extraColumn, byte[] replacement)
{
    private readonly (string Column, JsonMembers Edit)[] edits =
    [
        .. members.Select(m => (m.Column, new JsonMembers([.. m.Path.Select(Encoding.UTF8.GetBytes)], replacement, m.Column == extraColumn))),
    ];

    public void Apply(RecordBatch batch)
    {
        foreach (var (name, edit) in edits)
        {
            var column = (BytesColumn)batch[name];
            if (edit.OccursIn(column))
            {
                BytesColumnEdit.Replace(column, edit);
            }
        }
    }
}

/// <summary>Takes members out of JSON text. Whole columns need no work: <see cref="RecordBatch.WrittenColumns"/> does not have them.</summary>
internal sealed class DropEnricher(DropEnrichment step, string extraColumn) : IEnricher
{
    private readonly MemberEdits members = new(step.Members, extraColumn, []);

    public bool AsksNobody => true;

    public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        members.Apply(batch);
        return Task.CompletedTask;
    }
}

/// <summary>Puts a fixed text in place of values.</summary>
internal sealed class RedactEnricher(RedactEnrichment step, string extraColumn) : IEnricher
{
    public const string Text = "[redacted]";

    private static readonly byte[] Plain = Encoding.UTF8.GetBytes(Text);
    private static readonly byte[] Json = Encoding.UTF8.GetBytes($"\"{Text}\"");

    private readonly MemberEdits members = new(step.Members, extraColumn, Json);

    public bool AsksNobody => true;

    public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        foreach (var name in step.Columns)
        {
            var column = (BytesColumn)batch[name];
            BytesColumnEdit.Replace(column, new Fixed(column.Definition.Type == ColumnType.Json ? Json : Plain));
        }

        members.Apply(batch);
        return Task.CompletedTask;
    }

    private readonly struct Fixed(byte[] text) : IValueEdit
    {
        public void Append(ReadOnlySpan<byte> value, BytesColumn to) => to.Append(text);
    }
}
