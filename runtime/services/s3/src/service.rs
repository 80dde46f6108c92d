//! The operations, each handed to where its noun lives.

use stockade_s3_api::shapes::*;
use stockade_spec::{Denied, Error, RequestContext, Unit};

use crate::{
    S3, buckets, complete, copy, delete, get, inspect, listing, parts, policy, put, tagging,
    uploads,
};

impl stockade_s3_api::S3 for S3 {
    async fn create_bucket(
        &self,
        context: &RequestContext,
        input: CreateBucketRequest,
    ) -> Result<CreateBucketOutput, Error> {
        buckets::create(self, context, input).await
    }

    async fn delete_bucket(
        &self,
        _context: &RequestContext,
        input: DeleteBucketRequest,
    ) -> Result<Unit, Error> {
        buckets::delete(self, input).await?;
        Ok(Unit)
    }

    async fn head_bucket(
        &self,
        _context: &RequestContext,
        input: HeadBucketRequest,
    ) -> Result<HeadBucketOutput, Error> {
        buckets::head(self, input).await
    }

    async fn list_buckets(
        &self,
        context: &RequestContext,
        input: ListBucketsRequest,
    ) -> Result<ListBucketsOutput, Error> {
        buckets::list(self, context, input).await
    }

    async fn get_bucket_location(
        &self,
        _context: &RequestContext,
        input: GetBucketLocationRequest,
    ) -> Result<GetBucketLocationOutput, Error> {
        buckets::location(self, input).await
    }

    async fn get_bucket_versioning(
        &self,
        _context: &RequestContext,
        input: GetBucketVersioningRequest,
    ) -> Result<GetBucketVersioningOutput, Error> {
        buckets::versioning(self, input).await
    }

    async fn put_bucket_policy(
        &self,
        _context: &RequestContext,
        input: PutBucketPolicyRequest,
    ) -> Result<Unit, Error> {
        policy::put(self, input).await?;
        Ok(Unit)
    }

    async fn get_bucket_policy(
        &self,
        _context: &RequestContext,
        input: GetBucketPolicyRequest,
    ) -> Result<GetBucketPolicyOutput, Error> {
        policy::get(self, input).await
    }

    async fn get_bucket_policy_status(
        &self,
        _context: &RequestContext,
        input: GetBucketPolicyStatusRequest,
    ) -> Result<GetBucketPolicyStatusOutput, Error> {
        policy::status(self, input).await
    }

    async fn delete_bucket_policy(
        &self,
        _context: &RequestContext,
        input: DeleteBucketPolicyRequest,
    ) -> Result<Unit, Error> {
        policy::delete(self, input).await?;
        Ok(Unit)
    }

    async fn list_objects(
        &self,
        _context: &RequestContext,
        input: ListObjectsRequest,
    ) -> Result<ListObjectsOutput, Error> {
        listing::v1(self, input).await
    }

    async fn list_objects_v2(
        &self,
        _context: &RequestContext,
        input: ListObjectsV2Request,
    ) -> Result<ListObjectsV2Output, Error> {
        listing::v2(self, input).await
    }

    async fn put_object(
        &self,
        context: &RequestContext,
        input: PutObjectRequest,
    ) -> Result<PutObjectOutput, Error> {
        put::put(self, context, input).await
    }

    async fn get_object(
        &self,
        context: &RequestContext,
        input: GetObjectRequest,
    ) -> Result<GetObjectOutput, Error> {
        get::get(self, context, input).await
    }

    async fn head_object(
        &self,
        context: &RequestContext,
        input: HeadObjectRequest,
    ) -> Result<HeadObjectOutput, Error> {
        get::head(self, context, input).await
    }

    async fn get_object_attributes(
        &self,
        _context: &RequestContext,
        input: GetObjectAttributesRequest,
    ) -> Result<GetObjectAttributesOutput, Error> {
        inspect::attributes(self, input).await
    }

    async fn copy_object(
        &self,
        context: &RequestContext,
        input: CopyObjectRequest,
    ) -> Result<CopyObjectOutput, Error> {
        copy::copy(self, context, input).await
    }

    async fn delete_object(
        &self,
        _context: &RequestContext,
        input: DeleteObjectRequest,
    ) -> Result<DeleteObjectOutput, Error> {
        delete::one(self, input).await
    }

    async fn delete_objects(
        &self,
        _context: &RequestContext,
        input: DeleteObjectsRequest,
        denied: Denied,
    ) -> Result<DeleteObjectsOutput, Error> {
        delete::many(self, input, denied).await
    }

    async fn get_object_tagging(
        &self,
        _context: &RequestContext,
        input: GetObjectTaggingRequest,
    ) -> Result<GetObjectTaggingOutput, Error> {
        tagging::get(self, input).await
    }

    async fn put_object_tagging(
        &self,
        _context: &RequestContext,
        input: PutObjectTaggingRequest,
    ) -> Result<PutObjectTaggingOutput, Error> {
        tagging::put(self, input).await
    }

    async fn delete_object_tagging(
        &self,
        _context: &RequestContext,
        input: DeleteObjectTaggingRequest,
    ) -> Result<DeleteObjectTaggingOutput, Error> {
        tagging::delete(self, input).await
    }

    async fn create_multipart_upload(
        &self,
        context: &RequestContext,
        input: CreateMultipartUploadRequest,
    ) -> Result<CreateMultipartUploadOutput, Error> {
        uploads::create(self, context, input).await
    }

    async fn abort_multipart_upload(
        &self,
        _context: &RequestContext,
        input: AbortMultipartUploadRequest,
    ) -> Result<AbortMultipartUploadOutput, Error> {
        uploads::abort(self, input).await
    }

    async fn list_multipart_uploads(
        &self,
        _context: &RequestContext,
        input: ListMultipartUploadsRequest,
    ) -> Result<ListMultipartUploadsOutput, Error> {
        uploads::list(self, input).await
    }

    async fn upload_part(
        &self,
        context: &RequestContext,
        input: UploadPartRequest,
    ) -> Result<UploadPartOutput, Error> {
        parts::upload(self, context, input).await
    }

    async fn upload_part_copy(
        &self,
        context: &RequestContext,
        input: UploadPartCopyRequest,
    ) -> Result<UploadPartCopyOutput, Error> {
        parts::copy(self, context, input).await
    }

    async fn list_parts(
        &self,
        _context: &RequestContext,
        input: ListPartsRequest,
    ) -> Result<ListPartsOutput, Error> {
        parts::list(self, input).await
    }

    async fn complete_multipart_upload(
        &self,
        context: &RequestContext,
        input: CompleteMultipartUploadRequest,
    ) -> Result<CompleteMultipartUploadOutput, Error> {
        complete::complete(self, context, input).await
    }
}
