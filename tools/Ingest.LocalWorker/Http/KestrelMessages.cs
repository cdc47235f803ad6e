using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Ingest.LocalWorker.Http;

/// <summary>A request as Kestrel received it.</summary>
internal sealed class KestrelRequestData(FunctionContext functionContext, HttpContext http) : HttpRequestData(functionContext)
{
    public override Stream Body => http.Request.Body;

    public override HttpHeadersCollection Headers { get; } =
        new(http.Request.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.AsEnumerable().OfType<string>())));

    public override Uri Url { get; } = new(http.Request.GetEncodedUrl());

    public override string Method => http.Request.Method;

    public override HttpResponseData CreateResponse() => new BufferedResponseData(FunctionContext);
}

/// <summary>A response kept in memory until the function has returned it.</summary>
internal sealed class BufferedResponseData(FunctionContext functionContext) : HttpResponseData(functionContext)
{
    public override HttpStatusCode StatusCode { get; set; } = HttpStatusCode.OK;

    public override HttpHeadersCollection Headers { get; set; } = [];

    public override Stream Body { get; set; } = new MemoryStream();
}
