using System.Text;
using Ingest.Pipeline.Records;

namespace Ingest.Pipeline.Enrichment;

/// <summary>The same value in every row.</summary>
internal sealed class ConstantEnricher(string column, object value) : IEnricher
{
    private readonly byte[] text = value is string written ? Encoding.UTF8.GetBytes(written) : [];

    public bool AsksNobody => true;

    public Task EnrichAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        switch (value)
        {
            case long number:
                Fill(Filling.Of<Int64Column>(batch, column), batch.RowCount, number);
                break;
            case double number:
                Fill(Filling.Of<DoubleColumn>(batch, column), batch.RowCount, number);
                break;
            case bool flag:
                Fill(Filling.Of<BooleanColumn>(batch, column), batch.RowCount, flag);
                break;
            default:
                var texts = Filling.Of<BytesColumn>(batch, column);
                for (var row = 0; row < batch.RowCount; row++)
                {
                    texts.Append(text);
                }

                break;
        }

        return Task.CompletedTask;
    }

    private static void Fill<T>(FixedColumn<T> to, int rows, T value)
        where T : unmanaged
    {
        for (var row = 0; row < rows; row++)
        {
            to.Append(value);
        }
    }
}
