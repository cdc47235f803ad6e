namespace Ingest.Emulator;

/// <summary>How an <see cref="EventHubsEmulator"/> listens and what it holds.</summary>
public sealed record EmulatorOptions
{
    /// <summary>The smallest <see cref="MaxFrameSize"/>, in bytes.</summary>
    public const int SmallestMaxFrameSize = 65_536;

    /// <summary>The largest <see cref="MaxFrameSize"/>, in bytes: a full message and its frame header.</summary>
    public const int LargestMaxFrameSize = 1_114_112;

    /// <summary>0–65535; 0 (default) takes a free port. Listens on 127.0.0.1 and ::1 only.</summary>
    public int Port { get; init; }

    /// <summary>The hubs created at start; default none.</summary>
    public IReadOnlyList<HubOptions> Hubs { get; init; } = [];

    /// <summary>Whether a hub that does not exist is created when it is first named by a client; default no.</summary>
    public bool CreateHubsOnFirstUse { get; init; }

    /// <summary>Partitions of a hub created on first use, 1–1024; default 4.</summary>
    public int DefaultPartitionCount { get; init; } = 4;

    /// <summary>The largest AMQP frame accepted, in bytes, 65536–1114112 (default); larger messages span frames.</summary>
    public int MaxFrameSize { get; init; } = LargestMaxFrameSize;

    /// <summary>The largest message accepted, in bytes, 1024–104857600; default 1 MiB. Larger ones are rejected.</summary>
    public long MaxMessageSize { get; init; } = 1_048_576;

    /// <summary>
    /// The memory one partition may hold, in bytes, at least 64 KiB; default 256 MiB. Beyond it the oldest events are dropped,
    /// whether or not anyone has read them, as retention does.
    /// </summary>
    public long PartitionByteCap { get; init; } = 256L << 20;

    /// <summary>How long events are kept, more than zero; default one day.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(1);

    /// <summary>A connection silent for this long is closed; 0.2 seconds to 1 day, default 4 minutes. Peers are told half of it.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>The clock of enqueued times, creation times and retention. Heartbeats and idle time always run on the real one.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Check()
    {
        var errors = new List<string>();
        Require(Port is >= 0 and <= 65_535, $"Port {Port} must be 0-65535.");
        Require(DefaultPartitionCount is >= 1 and <= HubOptions.MaxPartitionCount,
            $"DefaultPartitionCount {DefaultPartitionCount} must be 1-{HubOptions.MaxPartitionCount}.");
        Require(MaxFrameSize is >= SmallestMaxFrameSize and <= LargestMaxFrameSize,
            $"MaxFrameSize {MaxFrameSize} must be {SmallestMaxFrameSize}-{LargestMaxFrameSize}.");
        Require(MaxMessageSize is >= 1024 and <= 100L << 20, $"MaxMessageSize {MaxMessageSize} must be 1024-{100L << 20}.");
        Require(PartitionByteCap >= 64 << 10, $"PartitionByteCap {PartitionByteCap} must be at least {64 << 10}.");
        Require(Retention > TimeSpan.Zero, $"Retention {Retention} must be more than zero.");
        Require(IdleTimeout >= TimeSpan.FromMilliseconds(200) && IdleTimeout <= TimeSpan.FromDays(1),
            $"IdleTimeout {IdleTimeout} must be 0.2 seconds to 1 day.");
        errors.AddRange(Hubs.SelectMany(hub => hub.Errors()));
        errors.AddRange(Hubs.GroupBy(hub => hub.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1)
            .Select(same => $"Hub '{same.Key}' is listed {same.Count()} times."));
        if (errors.Count > 0)
        {
            throw new EmulatorException(string.Join(" ", errors));
        }

        void Require(bool holds, string error)
        {
            if (!holds)
            {
                errors.Add(error);
            }
        }
    }
}
