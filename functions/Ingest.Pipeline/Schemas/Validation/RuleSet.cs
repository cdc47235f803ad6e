namespace Ingest.Pipeline.Schemas;

/// <summary>A schema with all that it refers to, compiled for validation.</summary>
/// <param name="GuessCount">How many guesses a validator keeps.</param>
/// <param name="Sources">Every file that the schema is made of, the first one first.</param>
internal sealed record RuleSet(Rule Root, int GuessCount, IReadOnlyList<SchemaSource> Sources);
