namespace Ingest.Pipeline.Tests.Schemas.Conformance;

/// <summary>A test over the official JSON Schema Test Suite; skipped, with the remedy, where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SuiteTheoryAttribute : TheoryAttribute
{
    public SuiteTheoryAttribute()
    {
        if (!SuiteCase.IsPresent)
        {
            Skip = "The JSON Schema Test Suite is not there: put its folders tests (of draft 2020-12) and remotes into ../shared/data/json-schema-test-suite beside the repository.";
        }
    }
}
