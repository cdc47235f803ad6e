using Ingest.Infrastructure.Tests.Checks;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests;

/// <summary>Every check on every committed snapshot. That the snapshots are current is TemplateTests' business.</summary>
public sealed class EnvironmentTests
{
    private static readonly Lazy<Repository> Files = new(Repository.Load);

    public static TheoryData<string, string> ChecksByEnvironment
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var environment in Repository.Environments)
            {
                foreach (var check in Catalogue.Checks.Keys)
                {
                    data.Add(environment, check);
                }
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(ChecksByEnvironment))]
    public void Every_check_passes_in_every_environment(string environment, string check) =>
        Assert.Empty(Catalogue.Checks[check](new Deployment(Repository.Snapshot(environment), Files.Value)));

    [Fact]
    public void Both_hosting_plans_and_both_tiers_are_among_the_environments()
    {
        var snapshots = Repository.Environments.Select(Repository.Snapshot).ToList();
        Assert.Equal(["FlexConsumption", "ElasticPremium"], snapshots.Select(s => s.Single("Microsoft.Web/serverfarms").Text("sku.tier")!).Distinct());
        Assert.Equal(["Premium", "Standard"], snapshots.Select(s => s.EventHubs.Text("sku.tier")!).Distinct().Order());
        Assert.Contains(snapshots, s => s.HasIotHub);
        Assert.Contains(snapshots, s => s.CaptureContainers.Any());
        Assert.Contains(snapshots, s => s.Of("Microsoft.Network/privateEndpoints").Any());
        Assert.Contains(snapshots, s => s.RoleAssignments.Any(a => a.Principal == "operator"));
    }

    [Fact]
    public void Parameter_files_hold_literals_only()
    {
        foreach (var environment in Repository.Environments)
        {
            var text = File.ReadAllText(Path.Combine(Repository.Templating, "environments", environment + ".bicepparam"));
            Assert.DoesNotContain("readEnvironmentVariable", text, StringComparison.Ordinal);
            Assert.DoesNotContain("getSecret", text, StringComparison.Ordinal);
        }
    }
}
