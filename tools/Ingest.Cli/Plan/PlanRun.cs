using Ingest.Cli.Plan.Files;
using Ingest.Cli.Terminal;
using Spectre.Console;

namespace Ingest.Cli.Plan;

/// <summary>One run of <c>ingest plan</c>.</summary>
/// <param name="files">Null: there are none, and nothing can be applied.</param>
public sealed class PlanRun(Workload load, int? namespaces, Assumptions assumptions, PlanFiles? files, bool isBicep, bool isApplied)
{
    /// <returns>0; 1 where the lag's target cannot be met; 3 where the load does not fit.</returns>
    /// <exception cref="CommandException">Files are missing or cannot be read.</exception>
    public int Execute(Output output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if ((isBicep || isApplied) && files is null)
        {
            throw new CommandException(ExitCode.Usage, $"There is no folder with {PlanFiles.HostName} and {PlanFiles.ParametersName} here or above; name it with --folder.");
        }

        var count = namespaces ?? 1;
        var share = load.Share(count);
        if (Fit.Limits(share, assumptions) is { Count: > 0 } limits)
        {
            return DoesNotFit(output, limits);
        }

        var parameters = files?.ParameterObject;
        var other = ParameterValues.Of(parameters).OtherPartitions(ParameterValues.TelemetryHub(parameters));
        var plan = Planner.Decide(share, other, assumptions);
        var changed = files?.With(plan);
        if (isBicep)
        {
            output.Console.Profile.Out.Writer.Write(BicepParameters.Render(changed!, plan.Host));
        }
        else
        {
            var cost = MonthlyCost.Of(plan, assumptions);
            PlanView.Write(output.Console, load, count, plan, cost, assumptions);
            output.WriteResult(PlanReport.Of(plan, count, cost, assumptions));
        }

        if (isApplied)
        {
            changed!.Save();
            if (!isBicep)
            {
                PlanView.Applied(output.Console, [changed.ParametersPath, changed.HostPath]);
            }
        }

        return plan.MeetsTarget ? ExitCode.Fine : ExitCode.No;
    }

    private int DoesNotFit(Output output, IReadOnlyList<string> limits)
    {
        var fitting = Fit.Namespaces(load, assumptions);
        var packing = Packing.Advise(load, assumptions);
        var console = output.Console;
        console.MarkupLine(namespaces is > 1 ? FormattableString.Invariant($"[red]It does not fit {namespaces} namespaces:[/]") : "[red]It does not fit one namespace:[/]");
        foreach (var limit in limits)
        {
            console.MarkupLineInterpolated($"  {limit}.");
        }

        if (fitting is not null)
        {
            console.MarkupLine(FormattableString.Invariant($"As it is, it takes [bold]{fitting} namespaces[/]: --namespaces {fitting}."));
        }

        if (packing is { } advice)
        {
            var ratio = advice.IsRatioGiven ? "as you compress them" : "a ratio that gzip reaches on our telemetry; measure yours";
            console.MarkupLine(FormattableString.Invariant(
                $"Packed [bold]{advice.RecordsPerEvent}[/] to an event and compressed {advice.CompressionRatio:0.##} times ({ratio}), {(advice.Namespaces == 1 ? "[bold]one[/] is enough" : $"[bold]{advice.Namespaces}[/] are")}:"));
            console.MarkupLine(FormattableString.Invariant(
                $"  --records-per-event {advice.RecordsPerEvent} --compression-ratio {advice.CompressionRatio:0.##}{(advice.Namespaces == 1 ? "" : $" --namespaces {advice.Namespaces}")}"));
        }

        output.WriteResult(new PlanReport(false, limits, fitting, packing, null, null, null));
        return ExitCode.CannotBeDone;
    }
}
