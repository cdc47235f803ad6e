using Ingest.Infrastructure.Tests.Checks;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests;

/// <summary>Each check sees the faults that it is there for.</summary>
public sealed class FaultTests
{
    private static readonly Lazy<Repository> Files = new(Repository.Load);

    public static TheoryData<string> FaultNames => [.. Faults.All.Select(f => f.Name)];

    [Theory, MemberData(nameof(FaultNames))]
    public void A_fault_is_reported_by_its_check(string name)
    {
        var fault = Faults.All.Single(f => f.Name == name);
        var faulty = fault.Inject(new Deployment(Repository.Snapshot(fault.Environment), Files.Value));
        Assert.NotEmpty(Catalogue.Checks[fault.Check](faulty));
    }

    [Fact]
    public void Every_sentence_that_a_check_can_say_was_said_for_some_fault()
    {
        var said = Faults.All.SelectMany(f => Catalogue.Checks[f.Check](f.Inject(new Deployment(Repository.Snapshot(f.Environment), Files.Value)))
            .Select(problem => (Class: Catalogue.Checks[f.Check].Method.DeclaringType!.Name, Problem: problem))).ToList();

        Assert.NotEmpty(Sentences.OfChecks);
        Assert.Equal("", string.Join('\n', Sentences.OfChecks.Where(s => !said.Any(p => p.Class == s.Class && s.Expression.IsMatch(p.Problem))).Select(s => $"{s.Class}: {s.Text}")));
    }

    [Fact]
    public void Every_check_has_a_fault_it_was_seen_to_report() =>
        Assert.Empty(Catalogue.Checks.Keys.Except(Faults.All.Select(f => f.Check)));
}
