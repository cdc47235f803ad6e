using Microsoft.Extensions.Options;

namespace Ingest.Storage;

/// <summary>Checks every range and name and reports all that is wrong at once.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var errors = new List<string>();
        CheckContainer(errors, nameof(options.LakeContainer), options.LakeContainer);
        CheckContainer(errors, nameof(options.QuarantineContainer), options.QuarantineContainer);
        CheckTable(errors, nameof(options.ProgressTable), options.ProgressTable);
        CheckTable(errors, nameof(options.QuarantineTable), options.QuarantineTable);
        CheckTable(errors, nameof(options.ReplayTable), options.ReplayTable);
        if (options.LakeContainer == options.QuarantineContainer)
        {
            errors.Add("Ingest__Storage__LakeContainer and Ingest__Storage__QuarantineContainer must differ.");
        }

        Check(errors, nameof(options.RowGroupRows), options.RowGroupRows, 1000, 10_000_000);
        Check(errors, nameof(options.MaxSegmentBytes), options.MaxSegmentBytes, 1024 * 1024, 2L * 1024 * 1024 * 1024);
        Check(errors, nameof(options.MaxSegmentsInFlight), options.MaxSegmentsInFlight, 1, 256);
        Check(errors, nameof(options.MaxTransactionsInFlight), options.MaxTransactionsInFlight, 1, 512);
        Check(errors, nameof(options.LatestCacheKeys), options.LatestCacheKeys, 0, 10_000_000);
        Check(errors, nameof(options.NetworkTimeout), options.NetworkTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        Check(errors, nameof(options.MaxRetries), options.MaxRetries, 0, 20);
        Check(errors, nameof(options.MaxRetryDelay), options.MaxRetryDelay, TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(5));
        Check(errors, nameof(options.MaxConnections), options.MaxConnections, 4, 4096);
        Check(errors, nameof(options.MaxConcurrency), options.MaxConcurrency, 1, 4096);
        Check(errors, nameof(options.InitialConcurrency), options.InitialConcurrency, 1, Math.Max(1, options.MaxConcurrency));
        Check(errors, nameof(options.OutageAfter), options.OutageAfter, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(5));
        Check(errors, nameof(options.OutageWait), options.OutageWait, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Check(errors, nameof(options.RetryBudget), options.RetryBudget, 1, 100_000);
        Check(errors, nameof(options.RetryRatio), options.RetryRatio, 0.01, 1);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void Check<T>(List<string> errors, string property, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            errors.Add($"Ingest__Storage__{property} is {value}; it must lie between {least} and {most}.");
        }
    }

    private static void CheckContainer(List<string> errors, string property, string value)
    {
        if (value.Length is < 3 or > 63 || value[0] == '-' || value[^1] == '-' || value.Contains("--", StringComparison.Ordinal)
            || !value.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            errors.Add($"Ingest__Storage__{property} is '{value}'; a container name has 3 to 63 of a-z, 0-9 and single hyphens inside.");
        }
    }

    private static void CheckTable(List<string> errors, string property, string value)
    {
        if (value.Length is < 3 or > 63 || !char.IsAsciiLetter(value[0]) || !value.All(char.IsAsciiLetterOrDigit))
        {
            errors.Add($"Ingest__Storage__{property} is '{value}'; a table name has 3 to 63 letters and digits and begins with a letter.");
        }
    }
}
