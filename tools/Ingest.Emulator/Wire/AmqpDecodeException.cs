namespace Ingest.Emulator.Wire;

/// <summary>Bytes from a peer are not the AMQP they should be.</summary>
internal sealed class AmqpDecodeException(string message) : Exception(message);
