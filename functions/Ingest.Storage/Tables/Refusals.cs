using Ingest.Pipeline.Events;

namespace Ingest.Storage.Tables;

/// <summary>Why a transaction was not done.</summary>
internal enum Refusal
{
    /// <summary>It was done.</summary>
    None,

    /// <summary>One of its rows is such that the service will never take it.</summary>
    Row,

    /// <summary>Its table does not exist.</summary>
    Table,

    /// <summary>A row is not what the operation expects it to be, because of another writer.</summary>
    Conflict,

    /// <summary>A reason that lies in no row: rights, settings, or a mistake of ours. Trying again later is all there is.</summary>
    Other,
}

internal static class Refusals
{
    public static Refusal KindOf(TransactionAnswer answer) => answer switch
    {
        { IsDone: true } => Refusal.None,
        { Status: 404, Code: "TableNotFound" } => Refusal.Table,
        { Status: 412 } or { Status: 409, Code: "EntityAlreadyExists" or "" } or { Status: 404, Code: "ResourceNotFound" } => Refusal.Conflict,
        { Status: 413 } or { Status: 400, Index: not null } or { Status: 400, Code: "InvalidInput" or "RequestBodyTooLarge" } => Refusal.Row,
        _ => Refusal.Other,
    };

    public static Fault FaultOf(TransactionAnswer answer) =>
        new(FaultStage.Store, FaultCode.StoreLimit, $"Table Storage refused the row: {answer.Status} {answer.Code}.");
}
