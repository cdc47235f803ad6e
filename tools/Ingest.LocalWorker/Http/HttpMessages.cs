using System.Collections.Specialized;
using System.Net;
using System.Net.Http.Headers;

namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Headers of a request or a response.</summary>
public class HttpHeadersCollection : HttpHeaders
{
    /// <summary>No headers.</summary>
    public HttpHeadersCollection()
    {
    }

    /// <summary>The given headers, not validated.</summary>
    public HttpHeadersCollection(IEnumerable<KeyValuePair<string, IEnumerable<string>>> headers)
    {
        foreach (var (name, values) in headers)
        {
            TryAddWithoutValidation(name, values);
        }
    }

    /// <summary>The given headers, one value each, not validated.</summary>
    public HttpHeadersCollection(IEnumerable<KeyValuePair<string, string>> headers)
    {
        foreach (var (name, value) in headers)
        {
            TryAddWithoutValidation(name, value);
        }
    }
}

/// <summary>The request that started an HTTP-triggered function.</summary>
public abstract class HttpRequestData(FunctionContext functionContext)
{
    /// <summary>The invocation that serves this request.</summary>
    public FunctionContext FunctionContext { get; } = functionContext;

    /// <summary>The body; empty when there is none.</summary>
    public abstract Stream Body { get; }

    /// <summary>Headers, those of the content included.</summary>
    public abstract HttpHeadersCollection Headers { get; }

    /// <summary>The absolute URL as the client sent it.</summary>
    public abstract Uri Url { get; }

    /// <summary>The method, upper case.</summary>
    public abstract string Method { get; }

    /// <summary>The query parameters of <see cref="Url"/>, decoded.</summary>
    public virtual NameValueCollection Query => query ??= QueryText.Parse(Url.Query);

    private NameValueCollection? query;

    /// <summary>An empty response with status 200.</summary>
    public abstract HttpResponseData CreateResponse();
}

/// <summary>What an HTTP-triggered function answers.</summary>
public abstract class HttpResponseData(FunctionContext functionContext)
{
    /// <summary>The invocation that gives this answer.</summary>
    public FunctionContext FunctionContext { get; } = functionContext;

    /// <summary>The status.</summary>
    public abstract HttpStatusCode StatusCode { get; set; }

    /// <summary>Headers, those of the content included.</summary>
    public abstract HttpHeadersCollection Headers { get; set; }

    /// <summary>The body, sent from its beginning.</summary>
    public abstract Stream Body { get; set; }

    /// <summary>An empty response to <paramref name="request"/> with status 200.</summary>
    public static HttpResponseData CreateResponse(HttpRequestData request) => request.CreateResponse();
}
