using Ingest.Infrastructure.Tests.Model;

namespace Ingest.Infrastructure.Tests.Checks;

/// <summary>What a check judges. A check is a pure function from this to the problems it sees.</summary>
public sealed record Deployment(Snapshot Snapshot, Repository Repository)
{
    public AppCode Code => AppCode.Read(Repository.Sources);
}

/// <summary>Every check by name: the tests run each on every environment, and the faults name the one that must see them.</summary>
public static class Catalogue
{
    public static IReadOnlyDictionary<string, Func<Deployment, IEnumerable<string>>> Checks { get; } = new Dictionary<string, Func<Deployment, IEnumerable<string>>>
    {
        ["no keys"] = KeyChecks.NoKeys,
        ["transport"] = KeyChecks.Transport,
        ["private network"] = NetworkChecks.WhatIsClosedIsReached,
        ["diagnostics"] = DiagnosticChecks.EverythingReports,
        ["roles"] = RoleChecks.ExactlyTheMatrix,
        ["device hub senders"] = RoleChecks.OnlyTheIotHubSendsToTheDeviceHub,
        ["sample settings"] = SettingChecks.CoverTheSample,
        ["bound settings"] = SettingChecks.AreWhatTheCodeReads,
        ["switches"] = SettingChecks.SwitchOffWhatHasNoHub,
        ["connections"] = SettingChecks.ConnectByIdentityToTheRightAccount,
        ["always ready"] = ScaleChecks.AlwaysReadyNamesFunctions,
        ["triggers"] = ScaleChecks.TriggersFindTheirHubAndGroup,
        ["instances"] = ScaleChecks.InstancesFitThePartitions,
        ["host.json"] = ScaleChecks.HostJsonAgrees,
        ["tier limits"] = TierChecks.HubsFitTheTier,
        ["stores"] = StoreChecks.ContainersAndTablesExist,
        ["lifecycle"] = StoreChecks.NothingYoungIsTouched,
        ["iot routing"] = StoreChecks.IotHubRoutesToTheDeviceHub,
        ["queries"] = QueryChecks.ReferToWhatIsEmitted,
        ["alerts"] = QueryChecks.AlertsReachPeople,
        ["azd"] = AzdChecks.ServiceIsTheTag,
        ["pipeline"] = AzdChecks.PipelinePassesEveryVariable,
        ["operations"] = OperationsChecks.DescribeEveryAlertAndVariable,
    };
}
