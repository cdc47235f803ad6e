using System.Globalization;
using System.Numerics;
using Azure.Core;

namespace Ingest.Storage.Throttling;

internal enum RequestKind
{
    /// <summary>Blob requests that change something, by size.</summary>
    BlobWrite,

    /// <summary>Blob requests for content or properties.</summary>
    BlobRead,

    /// <summary>Listings of blobs.</summary>
    List,

    /// <summary>Table requests of any kind, by size: a transaction of 100 rows is not a point read.</summary>
    Table,
}

/// <summary>Requests that should take about the same time: kind, and size of the body in powers of eight from 8 KiB on.</summary>
internal readonly record struct RequestClass(RequestKind Kind, int Size = 0)
{
    private const int Sizes = 5;

    /// <summary>Number of classes.</summary>
    public const int Count = 4 * Sizes;

    /// <summary>0 to <see cref="Count"/> − 1.</summary>
    public int Index => ((int)Kind * Sizes) + Size;

    public static RequestClass Of(StorageService service, Request request)
    {
        var size = SizeClass(request.Content is { } content && content.TryComputeLength(out var length) ? length : 0);
        if (service == StorageService.Table)
        {
            return new(RequestKind.Table, size);
        }

        if (request.Method == RequestMethod.Get || request.Method == RequestMethod.Head)
        {
            return new(request.Uri.Query.Contains("comp=list", StringComparison.Ordinal)
                && !request.Uri.Query.Contains("comp=blocklist", StringComparison.Ordinal) ? RequestKind.List : RequestKind.BlobRead);
        }

        return new(RequestKind.BlobWrite, size);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}/{Size}");

    private static int SizeClass(long bytes) =>
        bytes < 8192 ? 0 : Math.Min(Sizes - 1, 1 + ((BitOperations.Log2((ulong)bytes) - 13) / 3));
}

internal enum StorageService
{
    Blob,
    Table,
}
