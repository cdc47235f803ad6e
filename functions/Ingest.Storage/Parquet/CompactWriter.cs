using System.Text;

namespace Ingest.Storage.Parquet;

/// <summary>Thrift's compact protocol, as far as Parquet's metadata needs it. Fields are written in ascending order of their ids.</summary>
internal sealed class CompactWriter(ByteBuffer target)
{
    private const int MaxDepth = 16;
    private readonly short[] fields = new short[MaxDepth];
    private int depth;

    private enum Wire
    {
        True = 1,
        False = 2,
        Byte = 3,
        Int16 = 4,
        Int32 = 5,
        Int64 = 6,
        Binary = 8,
        List = 9,
        Struct = 12,
    }

    /// <summary>A struct that stands by itself or is an element of a list.</summary>
    public void BeginStruct() => fields[++depth] = 0;

    public void BeginStruct(short field)
    {
        Field(field, Wire.Struct);
        BeginStruct();
    }

    public void EndStruct()
    {
        target.Write(0);
        depth--;
    }

    public void Empty(short field)
    {
        BeginStruct(field);
        EndStruct();
    }

    public void Boolean(short field, bool value) => Field(field, value ? Wire.True : Wire.False);

    public void Int8(short field, sbyte value)
    {
        Field(field, Wire.Byte);
        target.Write((byte)value);
    }

    public void Int16(short field, short value)
    {
        Field(field, Wire.Int16);
        target.WriteZigzag(value);
    }

    public void Int32(short field, int value)
    {
        Field(field, Wire.Int32);
        target.WriteZigzag(value);
    }

    public void Int64(short field, long value)
    {
        Field(field, Wire.Int64);
        target.WriteZigzag(value);
    }

    public void Binary(short field, ReadOnlySpan<byte> value)
    {
        Field(field, Wire.Binary);
        target.WriteVarint((uint)value.Length);
        target.Write(value);
    }

    public void Text(short field, string value)
    {
        Field(field, Wire.Binary);
        TextElement(value);
    }

    public void BeginStructs(short field, int count) => List(field, count, Wire.Struct);

    public void BeginInt32s(short field, int count) => List(field, count, Wire.Int32);

    public void BeginTexts(short field, int count) => List(field, count, Wire.Binary);

    public void Int32Element(int value) => target.WriteZigzag(value);

    public void TextElement(string value)
    {
        target.WriteVarint((uint)Encoding.UTF8.GetByteCount(value));
        target.Advance(Encoding.UTF8.GetBytes(value, target.Reserve(Encoding.UTF8.GetMaxByteCount(value.Length))));
    }

    private void List(short field, int count, Wire element)
    {
        Field(field, Wire.List);
        if (count < 15)
        {
            target.Write((byte)((count << 4) | (int)element));
            return;
        }

        target.Write((byte)(0xf0 | (int)element));
        target.WriteVarint((uint)count);
    }

    private void Field(short id, Wire wire)
    {
        var step = id - fields[depth];
        if (step is > 0 and < 16)
        {
            target.Write((byte)((step << 4) | (int)wire));
        }
        else
        {
            target.Write((byte)wire);
            target.WriteZigzag(id);
        }

        fields[depth] = id;
    }
}
