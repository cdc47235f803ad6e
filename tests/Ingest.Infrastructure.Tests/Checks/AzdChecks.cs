using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ingest.Infrastructure.Tests.Azd;
using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

public static partial class AzdChecks
{
    // azd fills these in with whoever is signed in, whatever the environment says.
    private static readonly HashSet<string> OfTheSignedIn = ["AZURE_PRINCIPAL_ID", "AZURE_PRINCIPAL_TYPE"];

    public static IEnumerable<string> ServiceIsTheTag(Deployment deployment)
    {
        var yaml = BlockYaml.Parse(deployment.Repository.AzureYaml);
        var services = yaml["services"]?.AsObject() ?? [];
        var tags = deployment.Snapshot.Resources.Select(r => (string?)r.Json["tags"]?["azd-service-name"]).OfType<string>().ToHashSet();
        if (!tags.SetEquals(services.Select(s => s.Key)))
        {
            yield return $"services {string.Join(", ", services.Select(s => s.Key))}, tags {string.Join(", ", tags)}";
        }

        foreach (var (name, service) in services)
        {
            var project = (string?)service?["project"] ?? "";
            if ((string?)service?["host"] != "function" || !deployment.Repository.Sources.Keys.Any(s => ("functions/" + s).StartsWith(project + "/", StringComparison.Ordinal)))
            {
                yield return $"{name}: no function app in {project}";
            }
        }

        var infra = yaml["infra"];
        var main = $"{infra?["module"]}.bicep";
        if ((string?)infra?["provider"] != "bicep" || (string?)infra?["path"] != "bicep" || !deployment.Repository.Templates.ContainsKey(main))
        {
            yield return "infra must name the templates";
        }

        if (deployment.Snapshot.Single("Microsoft.Resources/resourceGroups").Text("tags.azd-env-name") != deployment.Snapshot.Environment)
        {
            yield return "the resource group lacks the tag azd-env-name";
        }

        var declared = Parameter().Matches(deployment.Repository.Templates.GetValueOrDefault(main, "")).Select(m => m.Groups[1].Value).ToHashSet();
        var parameters = Repository.Parse(deployment.Repository.MainParameters)["parameters"]?.AsObject() ?? new JsonObject();
        foreach (var name in parameters.Select(p => p.Key).Where(name => !declared.Contains(name)))
        {
            yield return $"main.parameters.json sets {name}, which main.bicep does not have";
        }

        foreach (var name in new[] { "environmentName", "location" }.Where(name => !parameters.ContainsKey(name)))
        {
            yield return $"main.parameters.json lacks {name}";
        }
    }

    /// <summary>A variable that the pipeline does not pass on would fall back to its default, and the next push take a deployment apart.</summary>
    public static IEnumerable<string> PipelinePassesEveryVariable(Deployment deployment)
    {
        foreach (var name in Variable().Matches(deployment.Repository.MainParameters).Select(m => m.Groups[1].Value).Distinct().Except(OfTheSignedIn))
        {
            if (!deployment.Repository.Workflow.Contains($"      {name}: ${{{{ vars.{name}", StringComparison.Ordinal))
            {
                yield return $"azure-dev.yml does not pass {name} on";
            }
        }

        foreach (var name in OfTheSignedIn.Where(name => deployment.Repository.Workflow.Contains($"vars.{name}", StringComparison.Ordinal)))
        {
            yield return $"azure-dev.yml reads the variable {name}, which azd replaces with the identity it is signed in as; whoever else is meant is INGEST_OPERATOR_ID";
        }

        if (!TestJob().IsMatch(deployment.Repository.Workflow) || !TestedDeployment().IsMatch(deployment.Repository.Workflow)
            || !deployment.Repository.TestWorkflow.Contains("  workflow_call:", StringComparison.Ordinal))
        {
            yield return "azure-dev.yml must call ci.yml, and deploy only what passed it";
        }

        // Elastic Premium runs from a package that is uploaded: to where the app looks for it.
        if (Package().Match(deployment.Snapshot.AppSettings.GetValueOrDefault("WEBSITE_RUN_FROM_PACKAGE", "")) is { Success: true } package)
        {
            var target = $"--container-name {package.Groups["container"].Value} --name {package.Groups["blob"].Value} ";
            foreach (var (file, _) in new[] { ("azure-dev.yml", deployment.Repository.Workflow), ("docs/operations.md", deployment.Repository.Operations) }
                .Where(f => !f.Item2.Contains(target, StringComparison.Ordinal)))
            {
                yield return $"{file} does not upload the package with {target}";
            }
        }

        if (!deployment.Repository.Workflow.Contains("id-token: write", StringComparison.Ordinal) || deployment.Repository.Workflow.Contains("secrets.", StringComparison.Ordinal))
        {
            yield return "azure-dev.yml must log in by federation, without a secret";
        }
    }

    [GeneratedRegex(@"\$\{(\w+)(?:=[^}]*)?\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^  test:\n    uses: \./\.github/workflows/ci\.yml$", RegexOptions.Multiline)]
    private static partial Regex TestJob();

    [GeneratedRegex(@"^  deploy:\n    needs: test$", RegexOptions.Multiline)]
    private static partial Regex TestedDeployment();

    [GeneratedRegex(@"'(?<container>[\w-]+)', '(?<blob>[\w-]+\.zip)'")]
    private static partial Regex Package();

    [GeneratedRegex(@"^param (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Parameter();
}
