namespace Ingest.Cli.Doctor;

/// <summary>One thing that is wrong, and what to do about it.</summary>
/// <param name="Area"><c>streams</c>, <c>host.json</c>, <c>scale</c>, <c>settings</c> or <c>tools</c>.</param>
/// <param name="Where">File and line, name of a setting or of a program.</param>
public sealed record Finding(string Area, string Where, string Problem, string Remedy);

/// <summary>One area that was looked at.</summary>
/// <param name="Summary">What was found to be in order, or why the area could not be judged.</param>
public sealed record Examination(string Area, string Summary, IReadOnlyList<Finding> Findings, bool WasSkipped = false);

/// <summary>The result of <c>ingest doctor --json</c>.</summary>
/// <param name="Skipped">Areas that could not be judged here.</param>
public sealed record DoctorReport(bool Healthy, IReadOnlyList<string> Checked, IReadOnlyList<string> Skipped, IReadOnlyList<Finding> Problems)
{
    public static DoctorReport Of(IReadOnlyList<Examination> examinations)
    {
        ArgumentNullException.ThrowIfNull(examinations);
        var problems = examinations.SelectMany(e => e.Findings).ToArray();
        return new DoctorReport(
            problems.Length == 0,
            [.. examinations.Where(e => !e.WasSkipped).Select(e => e.Area)],
            [.. examinations.Where(e => e.WasSkipped).Select(e => e.Area)],
            problems);
    }
}
