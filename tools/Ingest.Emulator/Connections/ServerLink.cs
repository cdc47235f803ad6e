using Amqp.Framing;
using Ingest.Emulator.Wire;

namespace Ingest.Emulator.Connections;

/// <summary>One end of a link; the peer's handle serves for both directions.</summary>
internal abstract class ServerLink(ServerSession session, uint handle, string name)
{
    private bool released;

    public string Name { get; } = name;

    /// <summary>Whether this side has detached it and waits for the peer to do so too.</summary>
    public bool IsDetached { get; private set; }

    protected ServerSession Session { get; } = session;

    protected uint Handle { get; } = handle;

    /// <summary>Answers the attach. Errors of scope link refuse it.</summary>
    public abstract void Open(Attach attach);

    public abstract void OnFlow(Flow flow);

    /// <summary>Detaches with an error. Call under the connection's lock.</summary>
    public void Detach(string condition, string description)
    {
        if (!IsDetached && !released)
        {
            Release();
            IsDetached = true;
            Session.Write(new Detach { Handle = Handle, Closed = true, Error = ErrorConditions.Error(condition, description) });
        }
    }

    /// <summary>Detaches with an error, from any thread and under any other connection's lock.</summary>
    public void PostDetach(string condition, string description) => Session.Connection.Post(() => Detach(condition, description));

    /// <summary>Lets go of everything outside the connection; may be called again.</summary>
    public void Release()
    {
        if (!released)
        {
            released = true;
            OnReleased();
        }
    }

    protected bool IsReleased => released;

    protected virtual void OnReleased() { }
}
