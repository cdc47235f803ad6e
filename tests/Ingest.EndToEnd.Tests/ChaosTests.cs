namespace Ingest.EndToEnd.Tests;

/// <summary><c>ingest chaos</c>, short: everything breaks at least once in a minute of two seeds.</summary>
public class ChaosTests
{
}
